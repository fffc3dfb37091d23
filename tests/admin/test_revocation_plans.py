"""Taking back what was sent by mistake: found by what went wrong, proposed by one person, confirmed by another."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from campaigns.models import Campaign
from issuance.models import GuestList, IssuanceJob, RevocationPlan, RevocationRequest
from issuance.outcomes.taking_back import ask_to_take_back, taken_back
from issuance.staff.revocation_plans import (
    CantRevoke,
    confirm_plan,
    effect_of_plan,
    propose_plan,
    refuse_request,
    target_of,
)
from issuance.staff.revocation_scope import Scope
from tests import cast
from tests.issuance.factories import known_at_thanx
from tests.world import World
from thanxportal.accounts.models import Activity, Merchant, Notification, User
from thanxportal.partner_simulator import Simulator
from thanxportal.partner_simulator.weather import Weather
from thanxportal.reviewed import sign

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], Client]
Launch = Callable[[Campaign, str], GuestList]
ADD = "/admin/issuance/revocationplan/add/"
NOTE = "This list was meant for July."


def words(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def propose(browser: Client, jobs: Iterable[IssuanceJob] | None = None, *, note: str = NOTE, **what: Any) -> Any:
    """Looks at what is found, counts what is ticked, and proposes that."""
    page = f"{ADD}?{urlencode(what)}"
    found: Any = browser.get(page)
    ticked = found.context["ticked"] if jobs is None else {job.pk for job in jobs}
    counted: Any = browser.post(page, {"job": list(ticked), "count": "1"})
    form = {"job": list(ticked), "propose": "1", "reason": note, "seen": counted.context["seen"]}
    return browser.post(page, form, follow=True)


def plan_page(plan: RevocationPlan) -> str:
    return reverse("admin:issuance_revocationplan_change", args=[plan.pk])


def confirm(browser: Client, plan: RevocationPlan) -> str:
    seen = browser.get(plan_page(plan)).context["seen"]
    return words(browser.post(reverse("admin:issuance_confirm_plan", args=[plan.pk]), {"seen": seen}, follow=True))


def states(guest_list: GuestList) -> list[str]:
    return list(guest_list.jobs.order_by("number").values_list("state", flat=True))


@pytest.fixture
def colleague(rob: User, client_of: ClientOf) -> Client:
    return client_of(rob)


def test_a_whole_list_is_taken_back_by_two_people(
    finished: GuestList, staff: Client, colleague: Client, ana: User, world: World, client_of: ClientOf
) -> None:
    rewarded = finished.rewarded_count
    answer = words(propose(staff, cause="wrong_list", list=finished.pk))
    assert "Nothing is taken back until a colleague confirms it." in answer
    plan = RevocationPlan.objects.get()
    assert states(finished) == ["completed", "completed"]
    assert "You proposed this plan, so a colleague has to confirm it." in confirm(staff, plan)
    assert states(finished) == ["completed", "completed"]

    page = words(colleague.get(plan_page(plan)))
    assert f"Take back {rewarded} rewards in 2 jobs" in page
    assert "You proposed this plan, so a colleague has to confirm it." in words(staff.get(plan_page(plan)))
    assert "Asked Thanx to revoke 2 jobs." in confirm(colleague, plan)
    world.drive()
    assert states(finished) == ["revoked", "revoked"]
    assert f"{rewarded} rewards taken back in 2 jobs." in words(staff.get(plan_page(plan)))
    seen = words(client_of(ana).get(reverse("issuance:list_detail", args=["harbor-grill", finished.pk])))
    assert f"<b>Staff took back {rewarded} rewards.</b> {NOTE}" in seen
    told = Notification.objects.filter(person=ana, kind="revoked").get()
    assert told.sentence.endswith(f"{rewarded} guests have lost theirs: {NOTE}")
    lines = [line.sentence for line in Activity.objects.for_merchant(finished.merchant)]
    assert "Staff asked a colleague to confirm a plan to take back 2 jobs of “June guests”." in lines


def test_rewards_of_failed_jobs_count_as_taken_back(
    campaign: Campaign,
    launched: Launch,
    simulator: Simulator,
    world: World,
    staff: Client,
    colleague: Client,
    ana: User,
) -> None:
    simulator.change_weather(Weather("dying", failed_job_share=1.0))
    failed = launched(campaign, "\n".join(f"guest{number}@example.com" for number in range(9)))
    world.drive()
    assert {*states(failed)} == {"failed"}
    propose(staff, cause="wrong_list", list=failed.pk)
    plan = RevocationPlan.objects.get()
    confirm(colleague, plan)
    world.drive()
    failed.refresh_from_db()
    revoked = failed.revoked_count
    assert revoked > 0
    assert f"{revoked} rewards taken back in {failed.jobs.count()} jobs." in words(staff.get(plan_page(plan)))
    assert [back.rewards for back in taken_back(failed.jobs.all())] == [revoked]


def test_one_arm_is_taken_back_and_the_other_stays(finished: GuestList, staff: Client, colleague: Client) -> None:
    arm = finished.jobs.order_by("number")[0].variant
    propose(staff, cause="other", list=finished.pk, arm=arm.pk)
    confirm(colleague, RevocationPlan.objects.get())
    assert sorted(states(finished)) == ["completed", "revoking"]
    assert finished.jobs.get(state="revoking").variant == arm


def test_a_wrong_reward_is_found_in_all_lists_of_the_campaign(
    one_arm: Campaign, launched: Launch, world: World, staff: Client
) -> None:
    june, july = launched(one_arm, "a@example.com"), launched(one_arm, "b@example.com")
    world.drive()
    page: Any = staff.get(ADD, {"cause": "wrong_reward", "list": june.pk})
    assert {job.guest_list_id for job in page.context["found"].jobs} == {june.pk, july.pk}
    alone: Any = staff.get(ADD, {"cause": "wrong_list", "list": june.pk})
    assert {job.guest_list_id for job in alone.context["found"].jobs} == {june.pk}


@pytest.fixture
def sent_twice(
    harbor: Merchant, one_arm: Campaign, simulator: Simulator, launched: Launch, world: World
) -> tuple[GuestList, GuestList]:
    """Eight guests got a reward of two campaigns, two of the second one alone."""
    Merchant.objects.update(repeat_days=0)  # Nobody is pointed out who was rewarded lately.
    other = known_at_thanx(cast.draft_campaign(harbor, weights=(100,), name="Tea for everybody"), simulator)
    first = launched(one_arm, "\n".join(f"guest{number}@example.com" for number in range(8)))
    world.drive()
    second = launched(other, "\n".join(f"guest{number}@example.com" for number in range(10)))
    world.drive()
    first.refresh_from_db()
    second.refresh_from_db()
    return first, second


def test_who_was_sent_twice_is_found_and_it_is_said_who_loses_a_rightful_reward(
    sent_twice: tuple[GuestList, GuestList], harbor: Merchant, staff: Client, colleague: Client, world: World
) -> None:
    first, second = sent_twice
    both = {guest.value for guest in first.guests.filter(outcome="rewarded")}
    twice = second.guests.filter(outcome="rewarded", value__in=both).count()
    alone = second.rewarded_count - twice
    assert twice > alone > 0
    page = words(staff.get(ADD, {"cause": "sent_twice", "merchant": harbor.pk}))
    assert f"{twice} guests keep another reward of this merchant from that time." in page
    assert f"{alone} guests lose the only reward they should have kept" in page
    assert "0 guests still hold several." in page
    propose(staff, cause="sent_twice", merchant=harbor.pk)
    confirm(colleague, RevocationPlan.objects.get())
    world.drive()
    assert (states(first), states(second)) == (["completed"], ["revoked"])


def test_rewards_of_another_merchant_and_of_another_time_arent_found(
    sent_twice: tuple[GuestList, GuestList],
    harbor: Merchant,
    sunny: Merchant,
    staff: Client,
    sam: User,
    client_of: ClientOf,
    world: World,
) -> None:
    assert "No job matches" in words(staff.get(ADD, {"cause": "sent_twice", "merchant": sunny.pk}))
    world.advance(9 * 86_400)
    staff = client_of(sam)
    assert "No job matches" in words(staff.get(ADD, {"cause": "sent_twice", "merchant": harbor.pk}))
    older = {"cause": "sent_twice", "merchant": harbor.pk, "since": "2026-06-01T00:00"}
    assert "keep another reward" in words(staff.get(ADD, older))


def test_what_changed_since_it_was_looked_at_isnt_done(finished: GuestList, staff: Client, colleague: Client) -> None:
    propose(staff, cause="wrong_list", list=finished.pk)
    plan = RevocationPlan.objects.get()
    seen = colleague.get(plan_page(plan)).context["seen"]
    IssuanceJob.objects.filter(pk=finished.jobs.get(number=1).pk).update(state="revoking")
    act = reverse("admin:issuance_confirm_plan", args=[plan.pk])
    assert "Nothing was done:" in words(colleague.post(act, {"seen": seen}, follow=True))
    assert "Nobody has looked at this yet." in words(colleague.post(act, follow=True))
    assert sorted(states(finished)) == ["completed", "revoking"]


def test_of_two_plans_that_overlap_the_second_is_looked_at_again(
    sent_twice: tuple[GuestList, GuestList], harbor: Merchant, sam: User, rob: User
) -> None:
    first, second = sent_twice
    scope = Scope("sent_twice", harbor, since=first.created_at)
    plans = [propose_plan(scope=scope, jobs=[*made.jobs.all()], note=NOTE, actor=sam) for made in (first, second)]
    seen = [sign(target_of(plan), effect_of_plan(plan).facts) for plan in plans]
    assert confirm_plan(plan=plans[0], actor=rob, seen=seen[0])
    with pytest.raises(CantRevoke, match="Guests who lose their only reward"):
        confirm_plan(plan=plans[1], actor=rob, seen=seen[1])
    assert (states(first), states(second)) == (["revoking"], ["completed"])


def test_ticks_that_nobody_counted_are_shown_again(finished: GuestList, staff: Client) -> None:
    page = f"{ADD}?{urlencode({'cause': 'wrong_list', 'list': finished.pk})}"
    seen = staff.get(page).context["seen"]
    answer = staff.post(page, {"job": [finished.jobs.get(number=1).pk], "propose": "1", "reason": NOTE, "seen": seen})
    assert answer.status_code == 409
    assert "This changed since you looked at it." in words(answer)
    assert not RevocationPlan.objects.exists()


@pytest.mark.parametrize(
    "query", [{"cause": "wrong_list"}, {"cause": "sent_twice"}, {"cause": "x"}, {"list": "9" * 30}]
)
def test_what_doesnt_say_enough_is_asked_again(query: dict[str, str], finished: GuestList, staff: Client) -> None:
    assert staff.get(ADD, query).status_code == 422


def test_a_withdrawn_plan_does_nothing_and_cant_be_confirmed(
    finished: GuestList, staff: Client, colleague: Client
) -> None:
    propose(staff, cause="wrong_list", list=finished.pk)
    plan = RevocationPlan.objects.get()
    seen = colleague.get(plan_page(plan)).context["seen"]
    staff.post(reverse("admin:issuance_withdraw_plan", args=[plan.pk]))
    act = reverse("admin:issuance_confirm_plan", args=[plan.pk])
    assert "confirmed or withdrawn meanwhile" in words(colleague.post(act, {"seen": seen}, follow=True))
    assert states(finished) == ["completed", "completed"]


def test_the_database_keeps_a_plan_as_it_was_proposed(
    finished: GuestList, staff: Client, sunny: Merchant, sam: User
) -> None:
    propose(staff, cause="wrong_list", list=finished.pk)
    plan, job = RevocationPlan.objects.get(), finished.jobs.get(number=1)
    foreign = RevocationPlan.objects.create(merchant=sunny, cause="other", note=NOTE, proposed_by=sam)
    acts: list[Callable[[], Any]] = [
        lambda: plan.jobs.remove(job),
        lambda: RevocationPlan.objects.filter(pk=plan.pk).update(note="Another note."),
        lambda: RevocationPlan.objects.filter(pk=plan.pk).update(confirmed_by=sam),
        lambda: RevocationPlan.objects.filter(pk=foreign.pk).delete(),
        lambda: foreign.jobs.add(job),
    ]
    for act in acts:
        with pytest.raises(IntegrityError), transaction.atomic():
            act()


def test_a_request_of_a_manager_leads_to_a_plan_that_answers_it(
    finished: GuestList, ana: User, staff: Client, colleague: Client, sam: User
) -> None:
    arm = finished.jobs.order_by("number")[0].variant
    assert ask_to_take_back(guest_list=finished, arm=arm, reason="We took the wrong file.", actor=ana)
    asked = RevocationRequest.objects.get()
    assert "1 request to take rewards back waits for an answer" in words(staff.get("/admin/"))
    assert Notification.objects.filter(person=sam, kind="take_back").exists()
    page = words(staff.get(ADD, {"request": asked.pk}))
    assert f"Ana asks to take back the rewards of arm {arm.name} of" in page
    propose(staff, request=asked.pk)
    plan = RevocationPlan.objects.get()
    assert [job.variant for job in plan.jobs.all()] == [arm]
    assert "1 plan to take rewards back waits for a second person" in words(colleague.get("/admin/"))
    confirm(colleague, plan)
    asked.refresh_from_db()
    assert asked.answered_at
    told = Notification.objects.filter(person=ana, kind="take_back").get()
    assert told.sentence == f"Staff agreed to take back the rewards of arm {arm.name} of “June guests”: {NOTE}"


def test_a_request_isnt_answered_by_what_nobody_asked_for(
    finished: GuestList, one_arm: Campaign, launched: Launch, world: World, ana: User, staff: Client
) -> None:
    other = launched(one_arm, "a@example.com")
    world.drive()
    arm, another = (job.variant for job in finished.jobs.order_by("number"))
    ask_to_take_back(guest_list=finished, arm=arm, reason="We took the wrong file.", actor=ana)
    asked = RevocationRequest.objects.get().pk
    for what in ({"list": other.pk, "arm": ""}, {"arm": another.pk}, {"arm": ""}):
        assert "The manager didn’t ask for all of these jobs" in words(propose(staff, request=asked, **what))
    assert not RevocationPlan.objects.exists()


def test_a_plan_for_a_part_of_what_was_asked_says_that_it_is_a_part(
    finished: GuestList, ana: User, staff: Client, colleague: Client
) -> None:
    ask_to_take_back(guest_list=finished, arm=None, reason="We took the wrong file.", actor=ana)
    propose(staff, finished.jobs.all()[:1], request=RevocationRequest.objects.get().pk)
    confirm(colleague, RevocationPlan.objects.get())
    told = Notification.objects.filter(person=ana, kind="take_back").get()
    assert told.sentence == f"Staff agreed for 1 of 2 jobs to take back all rewards of “June guests”: {NOTE}"


def test_a_refused_request_tells_the_merchant_why(
    finished: GuestList, ana: User, staff: Client, client_of: ClientOf
) -> None:
    ask_to_take_back(guest_list=finished, arm=None, reason="We took the wrong file.", actor=ana)
    asked, why = RevocationRequest.objects.get(), "Guests have used most of them {by now}."
    refuse = reverse("admin:issuance_refuse_request", args=[asked.pk])
    assert "Write a whole sentence" in words(staff.post(refuse, {"reason": "no"}, follow=True))
    staff.post(refuse, {"reason": why})
    assert "answered meanwhile" in words(staff.post(refuse, {"reason": why}, follow=True))
    told = Notification.objects.filter(person=ana, kind="take_back").get()
    assert told.sentence == f"Staff won’t take back all rewards of “June guests”: {why}"
    page = words(client_of(ana).get(reverse("issuance:list_detail", args=["harbor-grill", finished.pk])))
    assert f"<b>Staff won’t take back all rewards.</b> {why}" in page
    assert states(finished) == ["completed", "completed"]


def test_a_request_that_was_refused_meanwhile_is_neither_planned_nor_taken_back(
    finished: GuestList, ana: User, sam: User, rob: User
) -> None:
    ask_to_take_back(guest_list=finished, arm=None, reason="We took the wrong file.", actor=ana)
    loaded = RevocationRequest.objects.select_related("guest_list__merchant").get()
    scope, jobs = Scope("other", finished.merchant, finished), [*finished.jobs.all()]
    what: dict[str, Any] = {"scope": scope, "jobs": jobs, "note": NOTE}
    plan = propose_plan(**what, actor=sam, request=loaded)
    with pytest.raises(CantRevoke, match="A plan waits"):
        refuse_request(request=loaded, actor=rob, reason="They are used by now.")
    answer = {"answered_by": rob, "answered_at": timezone.now(), "refusal": "They are used by now."}
    RevocationRequest.objects.update(**answer)  # as if both had come at the same instant
    for act in (
        lambda: propose_plan(**what, actor=sam, request=loaded),
        lambda: confirm_plan(plan=plan, actor=rob, seen=""),
    ):
        with pytest.raises(CantRevoke, match="answered meanwhile"):
            act()
    assert states(finished) == ["completed", "completed"]


def outcomes_at_once(*acts: Callable[[], Any]) -> list[bool]:
    """Which of them succeeded, all begun at the same moment."""
    start = Barrier(len(acts))

    def run(act: Callable[[], Any]) -> bool:
        start.wait()
        try:
            act()
        except CantRevoke:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(len(acts)) as people:
        return list(people.map(run, acts))


@pytest.mark.django_db(transaction=True)
def test_of_what_two_people_decide_at_the_same_moment_one_holds(
    finished: GuestList, ana: User, sam: User, rob: User
) -> None:
    if connection.vendor == "sqlite":
        pytest.skip("The tests’ database in memory refuses a second writer instead of letting it wait.")
    ask_to_take_back(guest_list=finished, arm=None, reason="We took the wrong file.", actor=ana)
    request = RevocationRequest.objects.select_related("guest_list__merchant").get()
    what: dict[str, Any] = {"scope": Scope("other", finished.merchant, finished), "note": NOTE}
    jobs = [*finished.jobs.all()]
    plans = [propose_plan(**what, jobs=jobs, actor=sam) for _ in range(2)]
    both = [
        partial(confirm_plan, plan=plan, actor=rob, seen=sign(target_of(plan), effect_of_plan(plan).facts))
        for plan in plans
    ]
    propose = partial(propose_plan, **what, jobs=jobs, actor=sam, request=request)
    refuse = partial(refuse_request, request=request, actor=rob, reason="They are used by now.")
    assert sorted(outcomes_at_once(propose, refuse)) == [False, True]
    assert sorted(outcomes_at_once(*both)) == [False, True]


def test_onlookers_neither_propose_nor_confirm_nor_answer(
    finished: GuestList, staff: Client, onlooker: User, ana: User, client_of: ClientOf
) -> None:
    propose(staff, cause="wrong_list", list=finished.pk)
    ask_to_take_back(guest_list=finished, arm=None, reason="We took the wrong file.", actor=ana)
    plan, asked, browser = RevocationPlan.objects.get(), RevocationRequest.objects.get(), client_of(onlooker)
    assert browser.get(ADD).status_code == 403
    for name, row in (("confirm_plan", plan), ("withdraw_plan", plan), ("refuse_request", asked)):
        assert browser.post(reverse(f"admin:issuance_{name}", args=[row.pk])).status_code == 403
    page = words(browser.get(plan_page(plan)))
    assert "Take back" not in page
    assert "Withdraw the plan" not in page


@pytest.mark.parametrize("asked", [{"list": "9" * 5_000}, {"list": 1, "job": "9" * 5_000}, {"request": "9" * 5_000}])
def test_a_number_that_no_row_can_have_is_no_error(asked: dict[str, Any], staff: Client, finished: GuestList) -> None:
    assert staff.get(ADD, {"cause": "wrong_list"} | asked).status_code in (200, 422)
    assert staff.post(f"{ADD}?cause=wrong_list&list={finished.pk}", {"job": "9" * 5_000}).status_code == 200
