"""Celery tasks of campaigns."""

from typing import Any

from celery import shared_task
from django.utils import timezone

from campaigns import discovery, publishing, refreshing
from campaigns.models import RewardTemplate
from thanxportal.accounts.models import Merchant
from thanxportal.partner.gated_client import GateClosed
from thanxportal.partner_api import PartnerApiError


@shared_task(bind=True, max_retries=20)
def sync_partner(self: Any) -> None:
    """Which merchants there are. Ends early if the shared budget of requests is used up: beat calls it again."""
    try:
        discovery.sync_merchants()
    except GateClosed as closed:
        raise self.retry(countdown=max(1.0, (closed.retry_at - timezone.now()).total_seconds())) from closed
    except PartnerApiError as error:
        raise self.retry(countdown=60) from error


@shared_task
def refresh_mirror() -> None:
    """A turn that finds the gate closed leaves the rest to the next one."""
    refreshing.refresh_mirror()


@shared_task
def refresh_merchant(merchant_id: int) -> None:
    refreshing.refresh_merchant(Merchant.objects.get(pk=merchant_id))


@shared_task
def read_template(template_id: int) -> None:
    refreshing.refresh_template(RewardTemplate.objects.select_related("merchant").get(pk=template_id))


@shared_task
def publish_campaign(campaign_id: int) -> None:
    publishing.publish_campaign(campaign_id)
