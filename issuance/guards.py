"""What the database itself refuses, on both engines: illegal moves, changed bodies, rewritten history, wrong merchants.

Every `migrate` ends with installing them as they stand here. SQLite rebuilds tables to change them and stumbles over
triggers that name a table meanwhile gone, so there they are lifted first.
"""

from __future__ import annotations

from typing import Any

from django.db import connections

from issuance.states import JOB_MOVES, LIST_MOVES

FROZEN = (
    "body", "body_sha256", "idempotency_key", "total_count", "recipient_list_id", "merchant_id", "variant_id", "number",
    "label",
)  # fmt: skip
# (name, table, INSERT or UPDATE, the condition that is refused, what is said)
Guard = tuple[str, str, str, str, str]


def guards() -> list[Guard]:
    frozen = " OR ".join(f"NEW.{column} <> OLD.{column}" for column in FROZEN)
    other_merchant = """
        NEW.merchant_id <> (SELECT merchant_id FROM issuance_recipientlist WHERE id = NEW.recipient_list_id)
        OR (SELECT campaign_id FROM campaigns_variant WHERE id = NEW.variant_id)
        <> (SELECT campaign_id FROM issuance_recipientlist WHERE id = NEW.recipient_list_id)"""
    other_campaign = """
        NEW.merchant_id <> (SELECT merchant_id FROM campaigns_campaign WHERE id = NEW.campaign_id)"""
    unit_changed = """
        OLD.state NOT IN ('uploaded', 'reading', 'checked')
        AND (NEW.undo_size <> OLD.undo_size OR NEW.undo_column <> OLD.undo_column)"""
    of_another_campaign = """
        NEW.parent_id IS NOT NULL
        AND NEW.campaign_id <> (SELECT campaign_id FROM issuance_recipientlist WHERE id = NEW.parent_id)"""
    return [
        ("job_is_frozen", "issuance_issuancejob", "UPDATE", frozen, "a planned job never changes"),
        ("job_moves", "issuance_issuancejob", "UPDATE", _illegal(JOB_MOVES), "no such move of a job"),
        ("list_moves", "issuance_recipientlist", "UPDATE", _illegal(LIST_MOVES), "no such move of a list"),
        ("job_of_merchant", "issuance_issuancejob", "INSERT", other_merchant, "a job stays with its merchant"),
        ("list_of_merchant", "issuance_recipientlist", "INSERT", other_campaign, "a list stays with its merchant"),
        (
            "unit_of_undo_is_frozen",
            "issuance_recipientlist",
            "UPDATE",
            unit_changed,
            "what was launched keeps its jobs",
        ),
        (
            "retry_of_campaign",
            "issuance_recipientlist",
            "INSERT",
            of_another_campaign,
            "a retry stays with its campaign",
        ),
        ("event_is_history", "issuance_event", "UPDATE", "NEW.new_state <> OLD.new_state", "events never change"),
        ("attempt_is_history", "issuance_attempt", "UPDATE", "OLD.verdict <> ''", "an attempt is finished once"),
    ]


def _illegal(moves: dict[str, tuple[str, ...]]) -> str:
    legal = ", ".join(f"'{old}>{new}'" for old, news in moves.items() for new in news)
    return f"NEW.state <> OLD.state AND OLD.state || '>' || NEW.state NOT IN ({legal})"


def lift_guards(*, using: str, plan: list[Any], **kwargs: Any) -> None:
    """Before a migration that has something to do."""
    connection = connections[using]
    if plan and connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            for name, *_ in guards():
                cursor.execute(f"DROP TRIGGER IF EXISTS {name}")


def install_guards(*, using: str, **kwargs: Any) -> None:
    """After every migration; tables that an unfinished migration hasn't made yet are left alone."""
    connection = connections[using]
    statements = _postgresql if connection.vendor == "postgresql" else _sqlite
    present = connection.introspection.table_names()
    with connection.cursor() as cursor:
        for guard in guards():
            for statement in statements(*guard) if guard[1] in present else ():
                cursor.execute(statement)


def _sqlite(name: str, table: str, act: str, refused: str, words: str) -> list[str]:
    body = f"BEGIN SELECT RAISE(ABORT, '{words}'); END"
    return [
        f"DROP TRIGGER IF EXISTS {name}",
        f"CREATE TRIGGER {name} BEFORE {act} ON {table} WHEN {refused} {body}",
    ]


def _postgresql(name: str, table: str, act: str, refused: str, words: str) -> list[str]:
    act_on_it = f"RAISE integrity_constraint_violation USING MESSAGE = '{words}'"
    body = f"BEGIN IF {refused} THEN {act_on_it}; END IF; RETURN NEW; END"
    return [
        f"DROP TRIGGER IF EXISTS {name} ON {table}",
        f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $guard${body}$guard$",
        f"CREATE TRIGGER {name} BEFORE {act} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()",
    ]
