from django.urls import path

from issuance import (
    views_approval,
    views_downloads,
    views_guests,
    views_home,
    views_list,
    views_lists,
    views_one_guest,
    views_retry,
    views_review,
)

app_name = "issuance"
urlpatterns = [
    path("", views_home.home, name="home"),
    path("guest/", views_one_guest.one_guest, name="one_guest"),
    path("lists/", views_lists.list_index, name="list_index"),
    path("campaigns/<int:pk>/lists/", views_lists.campaign_lists, name="campaign_lists"),
    path("campaigns/<int:pk>/lists/new/", views_lists.list_new, name="list_new"),
    path("lists/<int:pk>/", views_list.list_detail, name="list_detail"),
    path("lists/<int:pk>/progress/", views_list.list_progress, name="list_progress"),
    path("lists/<int:pk>/stop/", views_list.list_stop, name="list_stop"),
    path("lists/<int:pk>/issue-now/", views_list.list_issue_now, name="list_issue_now"),
    path("lists/<int:pk>/continue/", views_list.list_continue, name="list_continue"),
    path("lists/<int:pk>/discard/", views_list.list_discard, name="list_discard"),
    path("lists/<int:pk>/review/", views_review.list_review, name="list_review"),
    path("lists/<int:pk>/undo/", views_review.list_undo, name="list_undo"),
    path("lists/<int:pk>/launch/", views_review.list_launch, name="list_launch"),
    path("lists/<int:pk>/approval/", views_approval.list_approval, name="list_approval"),
    path("lists/<int:pk>/approve/", views_approval.list_approve, name="list_approve"),
    path("lists/<int:pk>/send-back/", views_approval.list_send_back, name="list_send_back"),
    path("lists/<int:pk>/withdraw/", views_approval.list_withdraw, name="list_withdraw"),
    path("lists/<int:pk>/retry/", views_retry.list_retry, name="list_retry"),
    path("lists/<int:pk>/correct/", views_retry.list_correct, name="list_correct"),
    path("lists/<int:pk>/family/", views_retry.family, name="family"),
    path("lists/<int:pk>/guests/", views_guests.guests, name="guests"),
    path("lists/<int:pk>/guests/reveal/", views_guests.reveal, name="reveal"),
    path("lists/<int:pk>/bad-rows.csv", views_downloads.bad_rows, name="bad_rows"),
    path("lists/<int:pk>/report.csv", views_downloads.report, name="report"),
]
