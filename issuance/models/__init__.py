"""Who receives a campaign's rewards and what became of every one of them."""

from issuance.models.claims import ClaimOverride, GuestClaim, lock_claims, share_claims
from issuance.models.column_mappings import ColumnMapping
from issuance.models.erasures import Erasure, ErasureQuerySet
from issuance.models.events import MOST_TRIES, UNDECIDED, EventBatch, EventBatchQuerySet, KeptAnswer, lists_for_people
from issuance.models.exports import ExportedReward, ExportFile, ExportFileQuerySet, ExportKind, Member, Purchase
from issuance.models.folders import LOOK_EVERY, FolderFile, FolderFileQuerySet, WatchedFolder, WatchedFolderQuerySet
from issuance.models.history import Event, note_event
from issuance.models.hooks import (
    FIELDS_KEPT,
    LATEST,
    MOST_A_MINUTE,
    SOON_OVER,
    Hook,
    HookEvent,
    HookEventQuerySet,
    HookEventState,
    HookQuerySet,
)
from issuance.models.jobs import (
    IS_PARKED,
    NOT_TAKEN_BACK,
    PARKED,
    Attempt,
    IssuanceJob,
    IssuanceJobQuerySet,
    UnknownReason,
)
from issuance.models.leaks import ControlLeak, ControlLeakQuerySet
from issuance.models.list_queries import SOON, GuestListQuerySet, on_their_way
from issuance.models.lists import GuestList
from issuance.models.pauses import SendingPause
from issuance.models.readouts import (
    ReadOut,
    ReadOutQuerySet,
    first_start,
    last_date,
    read_out_of,
    saved_read_out_of,
    still_compared,
)
from issuance.models.rehearsals import Rehearsal
from issuance.models.repairs import Repair, RepairedRow, RepairQuerySet
from issuance.models.resolutions import Resolution
from issuance.models.revocations import RevocationPlan, RevocationRequest
from issuance.models.rows import Guest, GuestQuerySet, RowError, RowErrorQuerySet, last_row
from issuance.models.search_texts import SearchText, drop_search_texts, rows_that_may_hold
from issuance.models.statements import ThanxStatement
from issuance.models.streams import Stream, StreamQuerySet
from issuance.models.versions import jobs_and_more
from issuance.models.webhooks import BATCH_EVENT, TEST_EVENT, WebhookDelivery, WebhookDeliveryQuerySet

__all__ = [
    "BATCH_EVENT",
    "FIELDS_KEPT",
    "IS_PARKED",
    "LATEST",
    "LOOK_EVERY",
    "MOST_A_MINUTE",
    "MOST_TRIES",
    "NOT_TAKEN_BACK",
    "PARKED",
    "SOON",
    "SOON_OVER",
    "TEST_EVENT",
    "UNDECIDED",
    "Attempt",
    "ClaimOverride",
    "ColumnMapping",
    "ControlLeak",
    "ControlLeakQuerySet",
    "Erasure",
    "ErasureQuerySet",
    "Event",
    "EventBatch",
    "EventBatchQuerySet",
    "ExportFile",
    "ExportFileQuerySet",
    "ExportKind",
    "ExportedReward",
    "FolderFile",
    "FolderFileQuerySet",
    "Guest",
    "GuestClaim",
    "GuestList",
    "GuestListQuerySet",
    "GuestQuerySet",
    "Hook",
    "HookEvent",
    "HookEventQuerySet",
    "HookEventState",
    "HookQuerySet",
    "IssuanceJob",
    "IssuanceJobQuerySet",
    "KeptAnswer",
    "Member",
    "Purchase",
    "ReadOut",
    "ReadOutQuerySet",
    "Rehearsal",
    "Repair",
    "RepairQuerySet",
    "RepairedRow",
    "Resolution",
    "RevocationPlan",
    "RevocationRequest",
    "RowError",
    "RowErrorQuerySet",
    "SearchText",
    "SendingPause",
    "Stream",
    "StreamQuerySet",
    "ThanxStatement",
    "UnknownReason",
    "WatchedFolder",
    "WatchedFolderQuerySet",
    "WebhookDelivery",
    "WebhookDeliveryQuerySet",
    "drop_search_texts",
    "first_start",
    "jobs_and_more",
    "last_date",
    "last_row",
    "lists_for_people",
    "lock_claims",
    "note_event",
    "on_their_way",
    "read_out_of",
    "rows_that_may_hold",
    "saved_read_out_of",
    "share_claims",
    "still_compared",
]
