"""Which folders are watched: managers say so, and the merchant's log keeps it."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from campaigns.models import Campaign
from issuance.models import FolderFile, WatchedFolder
from thanxportal.accounts.models import User, record_activity

ENDED = "The folder was ended first."


@transaction.atomic
def watch_folder(*, campaign: Campaign, actor: User, path: str) -> WatchedFolder:
    """Has the folder of a campaign watched in the name of the actor, who answers for its lists from now on. `path` is
    the page of folders."""
    now = timezone.now()
    fields = {"merchant": campaign.merchant, "made_by": actor, "made_at": now, "ended_at": None, "look_at": now}
    where = {"path": f"{campaign.merchant.handle}/campaign-{campaign.pk}"}
    folder, new = WatchedFolder.objects.update_or_create(
        campaign=campaign, defaults=fields, create_defaults=fields | where
    )
    _note(folder, actor, f"{'Set up' if new else 'Took over'} the folder of “{campaign}”.", path)
    return folder


@transaction.atomic
def end_folder(*, folder: WatchedFolder, actor: User, path: str) -> bool:
    """Takes nothing from it any more; False if that was so before."""
    if not WatchedFolder.objects.filter(pk=folder.pk, ended_at=None).update(ended_at=timezone.now()):
        return False
    FolderFile.objects.filter(folder=folder, undecided=True).update(undecided=False, doubts=[ENDED])
    _note(folder, actor, f"Ended the folder of “{folder.campaign}”.", path)
    return True


def _note(folder: WatchedFolder, actor: User, sentence: str, path: str) -> None:
    record_activity(merchant=folder.merchant, actor=actor, sentence=sentence, target=f"folder:{folder.pk}", path=path)
