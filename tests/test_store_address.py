"""An object store is named in one line, which holds no keys."""

import pytest

from thanxportal.object_store import ObjectStore
from thanxportal.store_address import Address, address_of, below, is_store


@pytest.mark.parametrize(
    ("url", "good"),
    [
        ("s3://bucket", True),
        ("s3://bucket/a/b?endpoint=https://store.example.com:9000&region=eu-1", True),
        ("s3://", False),
        ("https://bucket", False),
        ("s3://key:secret@bucket", False),
        ("s3://bucket?endpoint=https://key:secret@store.example.com", False),
        ("s3://bucket?endpoint=store.example.com", False),
        ("s3://bucket?secret=x", False),
        ("s3://bucket?region", False),
    ],
)
def test_an_address_names_a_place_and_no_keys(url: str, good: bool) -> None:
    assert is_store(url) == good


def test_another_store_than_amazons_is_asked_by_paths() -> None:
    store = ObjectStore("s3://bucket/portal?endpoint=http://127.0.0.1:1&region=eu-1")
    assert (store.bucket_name, store.location) == ("bucket", "portal")
    assert store.client_config.s3["addressing_style"] == "path"


def test_a_folder_below_has_the_same_endpoint() -> None:
    marks = below("s3://bucket/portal/?endpoint=https://store.example.com&region=eu-1", "sent")
    assert address_of(marks) == Address("bucket", "portal/sent", "https://store.example.com", "eu-1")
    assert address_of(below("s3://bucket", "sent")) == Address("bucket", "sent")
