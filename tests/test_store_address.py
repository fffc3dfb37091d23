"""An object store is named in one line, which holds no keys."""

import pytest

from thanxportal.object_store import ObjectStore
from thanxportal.store_address import Address, address_of, below, goes_in_the_clear, is_store


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


@pytest.mark.parametrize(
    ("endpoint", "clear"),
    [
        ("http://store.example.com", True),
        ("http://192.0.2.1:9000", False),  # for documentation, which counts as private
        ("http://8.8.8.8:9000", True),
        ("http://10.0.0.7:9000", False),
        ("http://[fd00::7]:9000", False),
        ("http://store:9000", False),
        ("https://store.example.com", False),
    ],
)
def test_plain_http_is_for_the_own_network(endpoint: str, clear: bool) -> None:
    assert goes_in_the_clear(f"s3://bucket?endpoint={endpoint}") == clear


def test_a_folder_below_has_the_same_endpoint() -> None:
    marks = below("s3://bucket/portal/?endpoint=https://store.example.com&region=eu-1", "sent")
    assert address_of(marks) == Address("bucket", "portal/sent", "https://store.example.com", "eu-1")
    assert address_of(below("s3://bucket", "sent")) == Address("bucket", "sent")
