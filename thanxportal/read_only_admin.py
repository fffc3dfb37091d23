"""Base classes of staff pages, most of which only show rows that come from Thanx or the engine."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Iterator
from typing import Any, ClassVar
from urllib.parse import urlencode

from django.contrib import admin
from django.core.paginator import Paginator
from django.db.models import Model
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.text import capfirst

COUNT_AT_MOST = 10_000
ASKED_BY_FILTERS = ("exact", "id__exact", "isnull", "isempty", "gte", "lt")


def link_to_rows(model: type[Model], words: str, **query: object) -> str:
    """A link to the list of those rows that the query asks for, which its page has to allow."""
    page = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    return format_html('<a href="{}?{}">{}</a>', page, urlencode(query), words)


class SomeFilter(admin.SimpleListFilter):
    """Offers to show some of the rows alone, for which it has `words`."""

    words: str

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, str]]:
        return [("yes", self.words)]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return self.some(queryset) if self.value() else queryset

    @abstractmethod
    def some(self, rows: Any) -> Any:
        """Those that it shows."""


class CappedPaginator(Paginator):  # type: ignore[type-arg]
    """Counts at most 10,000 rows, so that a log of millions opens quickly."""

    @cached_property
    def count(self) -> int:
        return int(self.object_list.order_by()[:COUNT_AT_MOST].count())  # type: ignore[attr-defined]


class StaffAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """A staff page. Its address can ask for no more than its own filters do, as any other question would spell out
    letter by letter what the page keeps to itself."""

    own_lookups: ClassVar[tuple[str, ...]] = ()  # Besides those of the filters.

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """Names what it lists, where Django would ask to select one."""
        named = {"title": capfirst(str(self.opts.verbose_name_plural))}
        return super().changelist_view(request, named | (extra_context or {}))

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        return lookup in self.own_lookups or lookup in self._lookups_of_filters(request)

    def _lookups_of_filters(self, request: HttpRequest | None) -> Iterator[str]:
        filters: Iterable[Any] = self.get_list_filter(request)  # type: ignore[arg-type]
        for item in filters:
            if isinstance(item, type):
                yield item.parameter_name  # type: ignore[attr-defined]
            else:
                path = item if isinstance(item, str) else item[0]
                yield path
                yield from (f"{path}__{ending}" for ending in ASKED_BY_FILTERS)


class ReadOnlyAdmin(StaffAdmin):
    """A list and a page per row; nothing can be added, changed or deleted."""

    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER  # A count beside each filter would read all rows.
    paginator = CappedPaginator
    list_per_page = 50

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class LogAdmin(ReadOnlyAdmin):
    """A list of what may be millions of rows, the newest first: there is an index for no other order. What filters and
    searches ask for has one as well."""

    ordering = ("-id",)
    sortable_by = ()

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        words = search_term.strip()
        return self.matching(queryset, words) if words else queryset, False

    @abstractmethod
    def matching(self, rows: Any, words: str) -> Any:
        """The rows that a search for these words shows."""


class ReadOnlyInline(admin.TabularInline):  # type: ignore[type-arg]
    """Rows that belong to the one on the page, to read only."""

    template = "admin/edit_inline/rows.html"
    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Everybody who may see the row may see what belongs to it."""
        return True
