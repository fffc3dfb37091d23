"""What becomes of lists and jobs, told to those whom it concerns, in the transaction of the event."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils import timezone

from issuance.lifecycle.ledger import facts_of
from issuance.models import MOST_TRIES, FolderFile, GuestList, IssuanceJob, RevocationRequest, Stream, WatchedFolder
from issuance.models.states import JobState, ListState
from thanxportal.accounts.models import Kind, Right, User
from thanxportal.accounts.notifications import notify, notify_staff
from thanxportal.counted import counted


def tell_end(guest_list: GuestList, *, why: str = "") -> None:
    """A list has ended: with its ledger. A single guest's list only to who sent it, and only if it went wrong.

    What programs ask for all day long is told only if something other than a person ended it. Then staff are told as
    well: `why` is the sentence.
    """
    ended = GuestList.objects.select_related("merchant", "launched_by").get(pk=guest_list.pk)
    well = ended.rewarded_count + ended.control_count == ended.rows_count
    if (ended.one_guest and (well or ended.launched_by is None)) or (ended.stream_id and not why):
        return
    guests = f"{counted(ended.rewarded_count, 'guest')} rewarded"
    guests += f", {ended.refused_count:,} refused" if ended.refused_count else ""
    how = "has finished" if ended.state == ListState.FINISHED else "was stopped"
    sentence = f"“{ended.name}” {how}: {guests}. {why}".strip()
    only = ended.launched_by if ended.one_guest else None
    _tell(ended, Kind.FINISHED, "end", sentence, facts=facts_of(ended), only=only)
    if why:
        path = reverse("admin:issuance_guestlist_change", args=[ended.pk])
        fields: dict[str, Any] = {"key": f"list:{ended.pk}:end:staff", "sentence": sentence, "path": path}
        notify_staff(merchant=ended.merchant, kind=Kind.FINISHED, **fields)


def tell_given_up(stream: Stream, guests: int, why: str) -> None:
    """What a program asked for was dropped, once for its day: `why` begins with a capital."""
    path = reverse("issuance:stream", args=[stream.merchant.handle, stream.pk])
    fields: dict[str, Any] = {"key": f"stream:{stream.pk}:given-up", "path": path, "right": Right.ISSUE}
    sentence = f"“{stream}” asked for {counted(guests, 'guest')} in vain. {why}."
    notify(merchant=stream.merchant, kind=Kind.FINISHED, sentence=sentence, **fields)


def tell_set_aside(stream: Stream) -> None:
    """What a program asked for could not be gathered, however often it was tried: staff, once for its day."""
    path = reverse("admin:issuance_eventbatch_changelist") + "?aside=yes"
    sentence = f"A batch of “{stream}” was set aside: gathering it failed {MOST_TRIES} times. Its guests wait for you."
    fields: dict[str, Any] = {"key": f"stream:{stream.pk}:set-aside", "sentence": sentence, "path": path}
    notify_staff(merchant=stream.merchant, kind=Kind.NEEDS_STAFF, **fields)


def tell_parked(guest_list: GuestList) -> None:
    """A list could not be planned, however often it was tried: staff."""
    path = reverse("admin:issuance_guestlist_change", args=[guest_list.pk])
    sentence = f"“{guest_list.name}” is parked: making its jobs failed five times. Nothing was sent; it waits for you."
    fields: dict[str, Any] = {"key": f"list:{guest_list.pk}:parked:{guest_list.epoch}", "path": path}
    notify_staff(merchant=guest_list.merchant, kind=Kind.NEEDS_STAFF, sentence=sentence, **fields)


def tell_missed(guest_list: GuestList) -> None:
    """A scheduled list couldn't start for so long that somebody has to decide anew."""
    sentence = f"“{guest_list.name}” couldn’t start within a day of its time, so nothing was sent. Review it again."
    _tell(guest_list, Kind.FINISHED, f"missed:{guest_list.epoch}", sentence, facts=facts_of(guest_list))


def tell_safety_stop(guest_list: GuestList, *, ahead: int, lost: int) -> None:
    """The canaries went badly and the rest waits for somebody who may issue."""
    sentence = f"“{guest_list.name}” was stopped by the safety check: {lost:,} of {ahead:,} sent ahead got nothing."
    facts = [("sent ahead", ahead), ("not rewarded", lost), ("waiting for a decision", guest_list.waiting_count)]
    _tell(guest_list, Kind.SAFETY_STOP, f"safety:{timezone.now():%Y%m%dT%H%M%S}", sentence, facts=facts)


def tell_revoked(job: IssuanceJob) -> None:
    """Rewards were taken back: the managers and who launched the list, once for jobs that are revoked together."""
    if IssuanceJob.objects.filter(guest_list=job.guest_list_id, state=JobState.REVOKING).exists():
        return
    made = GuestList.objects.select_related("merchant", "launched_by").get(pk=job.guest_list_id)
    guests = counted(made.revoked_count, "guest has", "guests have")
    why = f": {job.revoke_reason}" if job.revoke_reason else "."
    sentence = f"Rewards of “{made.name}” were taken back, so {guests} lost theirs{why}"
    fields: dict[str, Any] = {"facts": facts_of(made)}
    _tell(made, Kind.REVOKED, f"revoked:{job.pk}", sentence, right=Right.MANAGE, **fields)
    if made.launched_by:
        _tell(made, Kind.REVOKED, f"revoked:{job.pk}", sentence, right=Right.VIEW, only=made.launched_by, **fields)


def tell_asked_to_revoke(request: RevocationRequest) -> None:
    """A manager asks staff to take rewards back: they, and the other managers."""
    made, asker = request.guest_list, request.asked_by
    sentence = f"{asker} asks staff to take back {request.what} of “{made.name}”: {request.reason}"
    key = f"list:{made.pk}:asked-to-revoke:{request.pk}"
    path = reverse("admin:issuance_revocationrequest_change", args=[request.pk])
    notify_staff(merchant=made.merchant, kind=Kind.TAKE_BACK, key=key, sentence=sentence, path=path)
    _tell(made, Kind.TAKE_BACK, f"asked-to-revoke:{request.pk}", sentence, right=Right.MANAGE, but=asker)


def tell_request_answered(request: RevocationRequest, answer: str, why: str) -> None:
    """The managers, what became of such a request: `answer` begins the sentence."""
    made = request.guest_list
    sentence = f"{answer} {request.what} of “{made.name}”: {why}"
    _tell(made, Kind.TAKE_BACK, f"answered-to-revoke:{request.pk}", sentence, right=Right.MANAGE)


def tell_not_taken_back(job: IssuanceJob, what: str) -> None:
    """Thanx didn’t revoke a job: staff, and the manager who asked for it, once a day for all jobs of a list. `what` is
    a sentence for staff."""
    made, plan, day = job.guest_list, job.revoke_plan, f"{timezone.now():%Y%m%d}"
    path = reverse("admin:issuance_issuancejob_change", args=[job.pk])
    key = f"list:{made.pk}:kept:{plan and plan.pk}:{day}"
    sentence = f"Not all rewards of “{made.name}” are taken back. Job {job.number:,}: {what}"
    notify_staff(merchant=made.merchant, kind=Kind.TAKE_BACK, key=key, sentence=sentence, path=path)
    if plan and (request := plan.request):
        sentence = f"Thanx hasn’t taken back {request.what} of “{made.name}” so far. Staff are looking into it."
        _tell(made, Kind.TAKE_BACK, f"kept:{request.pk}:{day}", sentence, right=Right.MANAGE, only=request.asked_by)


def tell_staff_needed(job: IssuanceJob) -> None:
    """Once per list and day, however many of its jobs it concerns."""
    name = job.guest_list.name
    unclear = f"Thanx’s answer about “{name}” isn’t clear. Staff are looking into it."
    sentence = f"{unclear} Nobody is rewarded twice in the meantime."
    _tell(job.guest_list, Kind.NEEDS_STAFF, f"review:{timezone.now():%Y%m%d}", sentence)


def tell_unread(guest_list: GuestList) -> None:
    """A file can't be read, or waits for its columns: who brought it, or else all who could bring it again."""
    unread = GuestList.objects.select_related("merchant", "created_by").get(pk=guest_list.pk)
    columns = unread.state == ListState.MAPPING
    why = "needs you to say which columns hold the guests." if columns else f"can’t be read. {unread.problem}"
    key = f"unread:{unread.state}"
    _tell(unread, Kind.LIST_UNREAD, key, f"“{unread.name}” {why}", right=Right.BUILD, only=unread.created_by)


def tell_file_refused(file: FolderFile) -> None:
    """No list is made of a file that a program put into a folder."""
    merchant = file.folder.merchant
    path = reverse("issuance:folder", args=[merchant.handle, file.folder.campaign_id])
    fields: dict[str, Any] = {"key": f"folder-file:{file.pk}", "path": path, "right": Right.MANAGE}
    sentence = f"“{file.name}” in the folder of “{file.folder.campaign}” can’t be taken. {file.problem}"
    notify(merchant=merchant, kind=Kind.LIST_UNREAD, sentence=sentence, **fields)


def tell_folder_unread(folder: WatchedFolder) -> None:
    """Programs put files into a folder in vain, as the portal can't use it: the managers, once a day."""
    merchant = folder.merchant
    key = f"folder:{folder.pk}:unread:{timezone.now():%Y%m%d}"
    path = reverse("issuance:folder", args=[merchant.handle, folder.campaign_id])
    sentence = f"The portal can’t use the folder of “{folder.campaign}”. What lies in it stays there; staff see it too."
    notify(merchant=merchant, kind=Kind.LIST_UNREAD, key=key, sentence=sentence, path=path, right=Right.MANAGE)


def tell_asked(guest_list: GuestList, asker: User | None) -> None:
    """The approvers, but not who asks."""
    guests = guest_list.waiting_count
    who = f"{asker} asks" if asker else "Partner staff ask"
    when = f" to start on {guest_list.launch_in_words}" if guest_list.launch_at else ""
    sentence = f"{who} you to approve “{guest_list.name}”{when}: {counted(guests, 'reward')}."
    key = f"asked:{guest_list.confirm_token}"
    _tell(guest_list, Kind.APPROVAL_ASKED, key, sentence, facts=facts_of(guest_list), right=Right.APPROVE, but=asker)


def tell_answered(guest_list: GuestList, sentence: str, asker: User | None) -> None:
    """Who asked; nobody if that was the command."""
    if asker is not None:
        key = f"answered:{guest_list.confirm_token}"
        _tell(guest_list, Kind.APPROVAL_ANSWERED, key, sentence, right=Right.VIEW, only=asker)


def _tell(guest_list: GuestList, kind: Kind, key: str, sentence: str, **more: Any) -> None:
    merchant, fields = guest_list.merchant, {"right": Right.ISSUE} | more
    path = reverse("issuance:list_detail", args=[merchant.handle, guest_list.pk])
    notify(merchant=merchant, kind=kind, key=f"list:{guest_list.pk}:{key}", sentence=sentence, path=path, **fields)
