"""Reasons that Thanx wrote freely, and may have named guests in, become codes of ours; staff keep the words, masked.

In blocks of their own transactions, each of which leaves nothing half done: after an interruption it goes on.
"""

import re
from collections import Counter, defaultdict

from django.db import migrations, transaction
from django.db.models import F

from thanxportal.partner_api import redact

BLOCK = 5_000
MOST_WORDS = 50  # kept of one job
LONGEST = 80  # characters of a reason; one of that length may have been cut within an address
UNKNOWN = "UNKNOWN_REASON"
OF_ONE_GUEST = ("USER_EMAIL_INVALID", "USER_PHONE_INVALID", "USER_OPTED_OUT", "GENERIC_ERROR")
OF_A_JOB = ("BAD_REQUEST", "RESOURCE_NOT_FOUND", "UNPROCESSABLE_ENTITY", "USER_EMAIL_INVALID", "USER_PHONE_INVALID")
WITHOUT_A_CODE = {"Rejected": "BAD_REQUEST", "NotFound": "RESOURCE_NOT_FOUND", "RuleBroken": "UNPROCESSABLE_ENTITY"}
OURS = (*OF_ONE_GUEST, "REFUSED", "NEVER_EXECUTED", "SPOILED_ITS_JOB", UNKNOWN,
        *(f"JOB_{code}" for code in (*OF_A_JOB, UNKNOWN)))  # fmt: skip
WORDS_KEPT = (
    ("issuance", "IssuanceJob", "problem_code"), ("issuance", "IssuanceJob", "partner_state"),
    ("issuance", "Attempt", "code"), ("issuance", "WebhookDelivery", "event"),
    ("campaigns", "Campaign", "problem_code"), ("partner", "ApiRequest", "code"),
)  # fmt: skip


def blame_jobs_for_refusals_of_jobs(apps, schema_editor):
    """No guest of a job that was refused as a whole is to blame, but one who was alone in it."""
    using = schema_editor.connection.alias
    guests = apps.get_model("issuance", "Guest").objects.using(using).filter(outcome="refused")
    jobs = apps.get_model("issuance", "IssuanceJob").objects.using(using).filter(state="rejected")
    for pk, code, total in jobs.exclude(problem_code="NEVER_EXECUTED").values_list("pk", "problem_code", "total_count"):
        if total > 1 or code not in OF_ONE_GUEST:
            known = WITHOUT_A_CODE.get(code, code)
            guests.filter(job=pk).update(reason=f"JOB_{known if known in OF_A_JOB else UNKNOWN}")


def put_reasons_in_our_words(apps, schema_editor):
    using, last = schema_editor.connection.alias, 0
    refused = apps.get_model("issuance", "Guest").objects.using(using).filter(outcome="refused").exclude(reason="")
    foreign = refused.exclude(reason__in=OURS).order_by("pk")
    while block := list(foreign.filter(pk__gt=last).values_list("pk", "job", "reason")[:BLOCK]):
        with transaction.atomic(using=using):
            _rewrite(apps, using, block)
        last = block[-1][0]


def _rewrite(apps, using, block):
    pks, said = defaultdict(list), Counter()
    for pk, job, reason in block:
        code = re.sub(r"[^A-Z]+", "_", reason.partition(":")[0].upper()).strip("_")
        known = code in OF_ONE_GUEST
        pks[code if known else UNKNOWN].append(pk)
        if job and not known:
            whole = reason if len(reason) < LONGEST else reason.rpartition(" ")[0] or "(other words)"
            said[job, redact(whole)] += 1
    for code, some in pks.items():
        apps.get_model("issuance", "Guest").objects.using(using).filter(pk__in=some).update(reason=code)
    for (job, words), count in said.most_common():
        _count(apps.get_model("issuance", "UnknownReason").objects.using(using).filter(job=job), job, words, count)


def _count(kept, job, words, count):
    if not kept.filter(words=words).exists() and kept.count() >= MOST_WORDS:
        words = "(other words)"
    if not kept.filter(words=words).update(guests_count=F("guests_count") + count):
        kept.create(job_id=job, words=words, guests_count=count)


def hide_guests_in_words(apps, schema_editor):
    using = schema_editor.connection.alias
    for app, model, field in WORDS_KEPT:
        rows = apps.get_model(app, model).objects.using(using).exclude(**{field: ""}).order_by()
        for words in list(rows.values_list(field, flat=True).distinct()):
            if (hidden := redact(words)) != words:
                rows.filter(**{field: words}).update(**{field: hidden[:40]})


def name_no_codes_in_the_log(apps, schema_editor):
    lines = apps.get_model("accounts", "Activity").objects.using(schema_editor.connection.alias)
    for line in lines.filter(sentence__startswith="Thanx refused the campaign", sentence__endswith=")."):
        line.sentence = re.sub(r" \([^()]*\)\.$", ".", line.sentence)
        line.save(update_fields=["sentence"])


class Migration(migrations.Migration):
    atomic = False
    dependencies = [
        ("issuance", "0006_words_of_thanx"),
        ("campaigns", "0002_activity_paths"),
        ("partner", "0002_slots"),
        ("accounts", "0003_activity_path"),
    ]
    operations = [
        migrations.RunPython(step, migrations.RunPython.noop, elidable=True)
        for step in (
            blame_jobs_for_refusals_of_jobs,
            put_reasons_in_our_words,
            hide_guests_in_words,
            name_no_codes_in_the_log,
        )
    ]
