"""What the database itself refuses, on both engines: illegal moves, changed bodies, rewritten history, wrong merchants.

Every `migrate` takes the triggers away before it changes tables and installs those written here when it is done, so a
change of `states` or of this file needs no migration of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from django.db import connections, transaction

from issuance.models.states import JOB_MOVES, JOB_UNSETTLED, LIST_ENDED, LIST_MOVES, JobState, ListState

FROZEN = (
    "body_sha256", "idempotency_key", "total_count", "guest_list_id", "merchant_id", "variant_id", "number", "canary",
    "planned_at", "part_of_id",
)  # fmt: skip
EVENT = ("guest_list_id", "job_id", "at", "old_state", "new_state", "note")  # A deleted account leaves `actor`.
ATTEMPT = ("job_id", "epoch", "body_sha256", "idempotency_key", "started_at")
ANSWER = ("result", "finished_at", "status", "code")
ERASURE = ("merchant_id", "guest_hash", "ordered_by_id", "ordered_at")
RESOLUTION = ("job_id", "decision", "thanx_id", "evidence", "proposed_by_id", "proposed_at")
CLAIM = ("campaign_id", "identity", "guest_list_id", "claimed_at", "override_id")
OVERRIDE = ("guest_list_id", "actor_id", "reason", "guests_count", "decided_at", "last_claim")
SEAT = ("job_id", "position")
ACTIVITY = ("merchant_id", "actor_id", "at", "sentence", "target", "seal")  # A deleted draft leaves `path`.
OURS = ("issuance_", "accounts_activity")
PAUSE = ("started_at", "started_by_id", "reason")
PLAN = ("merchant_id", "cause", "since", "until", "request_id", "note", "proposed_by_id", "proposed_at")
REQUEST = ("guest_list_id", "variant_id", "reason", "asked_by_id", "asked_at")
STATEMENT = ("pause_id", "made_jobs", "complete", "evidence", "about_the_rest", "written_by_id", "written_at")
KEPT = (
    "issuancejob", "event", "attempt", "resolution", "claimoverride", "sendingpause", "thanxstatement", "erasure",
    "controlleak", "revocationplan", "revocationrequest", "revocationplan_jobs",
)  # fmt: skip
_INSTALLED = {
    "sqlite": "SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": "SELECT tgname, tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal",
}
FOR_GOOD = "this is kept for good"


class Trigger(NamedTuple):
    """A condition under which the database refuses to write a row, and what it says then."""

    name: str
    table: str
    act: str  # INSERT, UPDATE, UPDATE OF columns or DELETE
    refused: str
    words: str
    applies: str = ""  # To which rows, without a subquery: PostgreSQL calls no function for the others.


def _changed(*columns: str) -> str:
    """NULL counts as a value of its own."""
    return " OR ".join(
        f"(NEW.{name} IS NULL) <> (OLD.{name} IS NULL) OR COALESCE(NEW.{name} <> OLD.{name}, FALSE)" for name in columns
    )


def _illegal(moves: dict[str, tuple[str, ...]]) -> str:
    legal = ", ".join(f"'{old}>{new}'" for old, news in moves.items() for new in news)
    return f"NEW.state <> OLD.state AND OLD.state || '>' || NEW.state NOT IN ({legal})"


def _one_of(states: Iterable[str]) -> str:
    return f"({', '.join(repr(str(state)) for state in states)})"


# What the retention and an erasure may do, and nothing else may: each by its mark, in one direction.
SETTLED = _one_of(state for state in JobState if state not in JOB_UNSETTLED)
UNSETTLED = _one_of(JOB_UNSETTLED)
BODY_EMPTIED = f"""OLD.purged_at IS NULL AND NEW.purged_at IS NOT NULL AND length(NEW.body) = 0
    AND NEW.state = OLD.state AND NEW.state IN {SETTLED}"""
BODY_CHANGED = f"({_changed('body', 'purged_at')}) AND NOT ({BODY_EMPTIED})"
LABEL_CHANGED = f"({_changed('label')}) AND (NEW.label <> '' OR NEW.purged_at IS NULL)"
WORDS_CHANGED = """NEW.words <> OLD.words AND (NEW.words <> ''
    OR (SELECT purged_at FROM issuance_issuancejob WHERE id = OLD.job_id) IS NULL)"""
ATTEMPT_CHANGED = f"OLD.result <> '' AND ({_changed(*ANSWER)} OR {WORDS_CHANGED}) OR {_changed(*ATTEMPT)}"
LIST_PURGED = f"""OLD.purged_at IS NULL AND NEW.purged_at IS NOT NULL AND NEW.state = OLD.state
    AND NEW.state IN {_one_of(LIST_ENDED)} AND NOT EXISTS (
        SELECT 1 FROM issuance_issuancejob WHERE guest_list_id = OLD.id AND state IN {UNSETTLED})"""  # noqa: S608
PURGE_CHANGED = f"""({_changed("purged_at")}) AND NOT ({LIST_PURGED})
    OR OLD.purged_at IS NOT NULL AND NEW.state <> OLD.state"""
OVER = (ListState.ISSUING, ListState.FINISHED, ListState.STOPPED, ListState.DISCARDED)
UNNAMED = "OLD.value <> '' AND NEW.value = ''"
STILL_NEEDED = f"""(SELECT purged_at FROM issuance_guestlist WHERE id = OLD.guest_list_id) IS NULL
    AND ((SELECT state FROM issuance_guestlist WHERE id = OLD.guest_list_id) NOT IN {_one_of(OVER)}
        OR EXISTS (SELECT 1 FROM issuance_issuancejob
            WHERE id = OLD.job_id AND state IN {UNSETTLED}))"""  # noqa: S608 - states of ours
ERASURE_CHANGED = f"""OLD.done_at IS NOT NULL OR {_changed(*ERASURE)}
    OR NEW.identifier <> OLD.identifier AND NEW.identifier <> ''"""
OTHER_MERCHANT = """
    NEW.merchant_id <> (SELECT merchant_id FROM issuance_guestlist WHERE id = NEW.guest_list_id)
    OR (SELECT campaign_id FROM campaigns_variant WHERE id = NEW.variant_id)
    <> (SELECT campaign_id FROM issuance_guestlist WHERE id = NEW.guest_list_id)"""
OTHER_CAMPAIGN = "NEW.merchant_id <> (SELECT merchant_id FROM campaigns_campaign WHERE id = NEW.campaign_id)"
OTHER_LIST = "NEW.guest_list_id <> (SELECT guest_list_id FROM issuance_claimoverride WHERE id = NEW.override_id)"
JOB_CUTTING_CHANGED = (
    f"OLD.state NOT IN ('uploaded', 'reading', 'checked') AND ({_changed('guests_per_job', 'job_column')})"
)
OF_ANOTHER_CAMPAIGN = """NEW.parent_id IS NOT NULL
    AND NEW.campaign_id <> (SELECT campaign_id FROM issuance_guestlist WHERE id = NEW.parent_id)"""
SEAT_LEFT = f"OLD.job_id IS NOT NULL AND ({_changed(*SEAT)})"
NOT_HALVED = "(SELECT state FROM issuance_issuancejob WHERE id = OLD.job_id) <> 'halved'"
STILL_AT_THANX = """NEW.state = 'rejected' AND OLD.state = 'needs_staff'
    AND OLD.thanx_id IS NOT NULL AND OLD.lost_since IS NULL"""
UNAPPROVED = """NEW.state = 'held' AND (
    OLD.state = 'awaiting_approval' AND NEW.approved_by_id IS NULL
    OR OLD.state = 'checked' AND (NEW.waiting_count
    > (SELECT approval_threshold FROM accounts_merchant WHERE id = NEW.merchant_id)
    OR EXISTS (SELECT 1 FROM accounts_loosening WHERE merchant_id = NEW.merchant_id AND done_at >= NEW.created_at
    AND NEW.waiting_count > threshold_before)))"""
JOB_OF_ANOTHER = """(SELECT merchant_id FROM issuance_issuancejob WHERE id = NEW.issuancejob_id)
    <> (SELECT merchant_id FROM issuance_revocationplan WHERE id = NEW.revocationplan_id)
    OR (SELECT COALESCE(confirmed_at, withdrawn_at) FROM issuance_revocationplan WHERE id = NEW.revocationplan_id)
    IS NOT NULL"""
ACTIVITY_CHANGED = f"{_changed(*ACTIVITY)} OR NEW.path NOT IN ('', OLD.path)"
HEAD_MOVED = "NEW.merchant_id <> OLD.merchant_id OR NEW.lines <> OLD.lines + 1"
SENDS_FORGOTTEN = """OLD.state = 'ready' AND NEW.state IN ('sending', 'cancelled')
    AND EXISTS (SELECT 1 FROM issuance_sendingpause WHERE in_force AND sends_forgotten)"""
JOBS_FORGOTTEN = """OLD.sends_forgotten AND NOT NEW.sends_forgotten
    AND EXISTS (SELECT 1 FROM issuance_issuancejob WHERE state = 'forgotten')"""
NOBODY_FREED = """NOT EXISTS (SELECT 1 FROM issuance_guestlist
    WHERE id = OLD.guest_list_id AND refused_count + revoked_count + waiting_count > 0)"""


def triggers() -> list[Trigger]:
    return [*_of_jobs(), *_of_lists(), *_of_guests(), *_of_history()]


def _of_jobs() -> list[Trigger]:
    """What stays of a job, and how it moves."""
    return [
        Trigger("job_is_frozen", "issuance_issuancejob", "UPDATE", _changed(*FROZEN), "a planned job never changes"),
        Trigger("job_keeps_its_body", "issuance_issuancejob", "UPDATE", BODY_CHANGED, "a planned job keeps its body"),
        Trigger("job_keeps_its_label", "issuance_issuancejob", "UPDATE", LABEL_CHANGED,
         "a planned job keeps its label"),
        Trigger("job_moves", "issuance_issuancejob", "UPDATE", _illegal(JOB_MOVES), "no such move of a job"),
        Trigger("executed_job_is_not_rejected", "issuance_issuancejob", "UPDATE", STILL_AT_THANX,
         "Thanx knows this job"),
        Trigger("forgotten_sends_are_settled", "issuance_issuancejob", "UPDATE", SENDS_FORGOTTEN,
         "nobody knows whether this job was sent"),
        Trigger("job_of_merchant", "issuance_issuancejob", "INSERT", OTHER_MERCHANT, "a job stays with its merchant"),
        Trigger("forgotten_jobs_are_settled", "issuance_sendingpause", "UPDATE", JOBS_FORGOTTEN,
         "jobs are unknown until settled"),
    ]  # fmt: skip


def _of_lists() -> list[Trigger]:
    """What stays of a list, and how it moves."""
    return [
        Trigger("list_moves", "issuance_guestlist", "UPDATE", _illegal(LIST_MOVES), "no such move of a list"),
        Trigger("list_of_merchant", "issuance_guestlist", "INSERT", OTHER_CAMPAIGN, "a list stays with its merchant"),
        Trigger("large_list_is_approved", "issuance_guestlist", "UPDATE", UNAPPROVED, "a large list needs an approval"),
        Trigger("job_cutting_is_frozen", "issuance_guestlist", "UPDATE", JOB_CUTTING_CHANGED,
         "what was launched keeps its jobs"),
        Trigger("retry_of_campaign", "issuance_guestlist", "INSERT", OF_ANOTHER_CAMPAIGN,
         "a retry stays with its campaign"),
        Trigger("list_is_purged_once", "issuance_guestlist", "UPDATE", PURGE_CHANGED,
         "what may be needed is not purged"),
    ]  # fmt: skip


def _of_guests() -> list[Trigger]:
    """Who keeps a place in a job, and whose reward is taken."""
    return [
        Trigger("guest_is_still_needed", "issuance_guest", "UPDATE OF value", STILL_NEEDED,
         "who may still be sent keeps the identifier", applies=UNNAMED),
        Trigger("seat_is_kept", "issuance_guest", f"UPDATE OF {', '.join(SEAT)}", NOT_HALVED,
         "a guest keeps the place in the job", applies=SEAT_LEFT),
        Trigger("claim_under_own_override", "issuance_guestclaim", "INSERT", OTHER_LIST,
         "an override is for its own list", applies="NEW.override_id IS NOT NULL"),
        Trigger("claim_is_frozen", "issuance_guestclaim", "UPDATE", f"NOT NEW.\"primary\" OR {_changed(*CLAIM)}",
         "a claim never changes"),
        Trigger("claim_is_kept", "issuance_guestclaim", "DELETE", NOBODY_FREED, "nobody of this list lost the reward"),
    ]  # fmt: skip


def _of_history() -> list[Trigger]:
    """What never changes, and what is never deleted."""
    return [
        Trigger("event_is_history", "issuance_event", "UPDATE", _changed(*EVENT), "events never change"),
        Trigger("attempt_is_history", "issuance_attempt", "UPDATE", ATTEMPT_CHANGED, "an attempt is finished once"),
        Trigger("erasure_is_history", "issuance_erasure", "UPDATE", ERASURE_CHANGED, "an erasure never changes"),
        Trigger("resolution_is_history", "issuance_resolution", "UPDATE",
         f"OLD.confirmed_at IS NOT NULL OR {_changed(*RESOLUTION)}", "a resolution never changes"),
        Trigger("override_is_history", "issuance_claimoverride", "UPDATE",
         f"OLD.withdrawn_at IS NOT NULL OR {_changed(*OVERRIDE)}", "an override never changes"),
        Trigger("pause_is_history", "issuance_sendingpause", "UPDATE",
         f"NOT OLD.in_force OR NEW.forgotten_count < OLD.forgotten_count OR {_changed(*PAUSE)}",
         "a pause never changes"),
        Trigger("leak_is_history", "issuance_controlleak", "UPDATE", "TRUE", "a leak never changes"),
        Trigger("activity_is_history", "accounts_activity", "UPDATE", ACTIVITY_CHANGED, "the log never changes"),
        Trigger("activity_is_kept", "accounts_activity", "DELETE", "TRUE", FOR_GOOD),
        Trigger("activityhead_moves_on", "accounts_activityhead", "UPDATE", HEAD_MOVED, "the log only grows"),
        Trigger("activityhead_is_kept", "accounts_activityhead", "DELETE", "TRUE", FOR_GOOD),
        Trigger("request_is_history", "issuance_revocationrequest", "UPDATE",
         f"OLD.answered_at IS NOT NULL OR {_changed(*REQUEST)}", "a request never changes"),
        Trigger("plan_is_history", "issuance_revocationplan", "UPDATE",
         f"OLD.confirmed_at IS NOT NULL OR OLD.withdrawn_at IS NOT NULL OR {_changed(*PLAN)}", "a plan never changes"),
        Trigger("plan_keeps_its_jobs", "issuance_revocationplan_jobs", "UPDATE", "TRUE", "a plan keeps its jobs"),
        Trigger("plan_of_merchant", "issuance_revocationplan_jobs", "INSERT", JOB_OF_ANOTHER,
         "a plan stays with its merchant"),
        Trigger("statement_is_history", "issuance_thanxstatement", "UPDATE",
         f"OLD.confirmed_at IS NOT NULL OR {_changed(*STATEMENT)}", "a statement never changes"),
        *(Trigger(f"{table}_is_kept", f"issuance_{table}", "DELETE", "TRUE", FOR_GOOD) for table in KEPT),
    ]  # fmt: skip


def install_triggers(*, using: str, **kwargs: Any) -> None:
    """After migrations, in one transaction: nobody meets a table without its triggers."""
    connection = connections[using]
    with transaction.atomic(using=using), connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        wanted = [trigger for trigger in triggers() if trigger.table in tables]
        for statement in [*_removal(cursor, connection.vendor), *installation(wanted, connection.vendor)]:
            cursor.execute(statement)


def remove_triggers(*, using: str, plan: list[Any], **kwargs: Any) -> None:
    """Before migrations, if there are any: SQLite changes tables by making them anew."""
    connection = connections[using]
    if plan:
        with transaction.atomic(using=using), connection.cursor() as cursor:
            for statement in _removal(cursor, connection.vendor):
                cursor.execute(statement)


def _removal(cursor: Any, vendor: str) -> list[str]:
    """Drops every trigger of ours that the database has, also those that an earlier version called otherwise."""
    cursor.execute(_INSTALLED[vendor])
    return removal([(name, table) for name, table in cursor.fetchall() if table.startswith(OURS)], vendor)


def removal(named: Iterable[Sequence[str]], vendor: str) -> list[str]:
    """Statements that drop triggers, of each of which name and table come first."""
    if vendor == "postgresql":  # The trigger goes with its function.
        return [f"DROP FUNCTION IF EXISTS {name}() CASCADE" for name, *_ in named]
    return [f"DROP TRIGGER IF EXISTS {name}" for name, *_ in named]


def installation(wanted: list[Trigger], vendor: str) -> list[str]:
    create = _postgresql if vendor == "postgresql" else _sqlite
    return [*removal(wanted, vendor), *(statement for trigger in wanted for statement in create(trigger))]


def _sqlite(trigger: Trigger) -> list[str]:
    name, table, act, refused, words, applies = trigger
    condition = f"({applies}) AND ({refused})" if applies else refused
    body = f"BEGIN SELECT RAISE(ABORT, '{words}'); END"
    return [f"CREATE TRIGGER {name} BEFORE {act} ON {table} WHEN {condition} {body}"]


def _postgresql(trigger: Trigger) -> list[str]:
    name, table, act, refused, words, applies = trigger
    act_on_it = f"RAISE integrity_constraint_violation USING MESSAGE = '{words}'"
    row = "OLD" if act == "DELETE" else "NEW"
    body = f"BEGIN IF {refused} THEN {act_on_it}; END IF; RETURN {row}; END"
    when = f"WHEN ({applies}) " if applies else ""
    return [
        f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $guard${body}$guard$",
        f"CREATE TRIGGER {name} BEFORE {act} ON {table} FOR EACH ROW {when}EXECUTE FUNCTION {name}()",
    ]
