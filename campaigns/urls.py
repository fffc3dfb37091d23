"""Addresses of campaigns and rewards, below those of a merchant."""

from django.urls import path

from campaigns import views_builder, views_campaigns, views_locations, views_templates

app_name = "campaigns"
urlpatterns = [
    path("rewards/", views_templates.template_list, name="template_list"),
    path("rewards/refresh/", views_templates.refresh_templates, name="refresh_templates"),
    path("rewards/age/", views_templates.template_age, name="template_age"),
    path("rewards/choices/", views_builder.reward_choices, name="reward_choices"),
    path("rewards/<int:pk>/", views_templates.template_detail, name="template_detail"),
    path("locations/", views_locations.location_list, name="location_list"),
    path("campaigns/", views_campaigns.campaign_list, name="campaign_list"),
    path("campaigns/new/", views_builder.campaign_new, name="campaign_new"),
    path("campaigns/<int:pk>/", views_campaigns.campaign_detail, name="campaign_detail"),
    path("campaigns/<int:pk>/edit/", views_builder.campaign_edit, name="campaign_edit"),
    path("campaigns/<int:pk>/publish/", views_campaigns.publish, name="publish"),
    path("campaigns/<int:pk>/duplicate/", views_campaigns.duplicate, name="duplicate"),
    path("campaigns/<int:pk>/delete/", views_campaigns.delete, name="delete"),
]
