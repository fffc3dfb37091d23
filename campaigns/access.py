"""Fetches a campaign or a reward template for a view: 404 for strangers, 403 for members without the right."""

from __future__ import annotations

from django.db.models import QuerySet, prefetch_related_objects
from django.http import Http404, HttpRequest

from campaigns.models import Campaign, RewardTemplate, variants_and_rewards
from thanxportal.accounts.access import merchant_for
from thanxportal.accounts.models import Right
from thanxportal.prepared import Prepared


def campaign_for(request: HttpRequest, handle: str, pk: int, right: Right = Right.VIEW) -> Campaign:
    """Returns a campaign of the merchant in the address, with its variants, if the user may do `right`."""
    merchant = merchant_for(request, handle, right)
    for campaign in campaign_of(merchant.pk, pk):
        campaign.merchant = merchant
        prefetch_related_objects([campaign], variants_and_rewards())
        return campaign
    raise Http404("No such campaign.")


@Prepared
def campaign_of(merchant: int, pk: int) -> QuerySet[Campaign]:
    """At most one, without its variants."""
    return Campaign.objects.filter(merchant=merchant, pk=pk)


def template_for(request: HttpRequest, handle: str, pk: int) -> RewardTemplate:
    merchant = merchant_for(request, handle)
    template = RewardTemplate.objects.for_merchant(merchant).filter(pk=pk).first()
    if template is None:
        raise Http404("No such reward.")
    return template
