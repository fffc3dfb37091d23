"""Celery tasks of campaigns."""

from typing import Any

from celery import shared_task
from django.utils import timezone

from campaigns import discovery, publishing
from thanxportal.partner.gated_client import GateClosed
from thanxportal.partner_api import PartnerApiError


@shared_task(bind=True, max_retries=20)
def sync_partner(self: Any) -> None:
    """Ends early if the shared budget of requests is used up: beat calls it again."""
    try:
        discovery.sync_partner()
    except GateClosed as closed:
        raise self.retry(countdown=max(1.0, (closed.retry_at - timezone.now()).total_seconds())) from closed
    except PartnerApiError as error:
        raise self.retry(countdown=60) from error


@shared_task
def publish_campaign(campaign_id: int) -> None:
    publishing.publish_campaign(campaign_id)
