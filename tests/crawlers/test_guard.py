from __future__ import annotations

import pytest

from crawlers.guard import GuardedResolver, LoopbackResolver, is_public


@pytest.mark.parametrize(
    "address",
    ["10.0.0.1", "172.16.5.4", "192.168.1.1", "127.0.0.1", "0.0.0.0", "169.254.169.254", "100.64.0.1", "224.0.0.1",
     "255.255.255.255", "::1", "::", "fe80::1", "fe80::1%eth0", "fd00:ec2::254", "::ffff:127.0.0.1", "::ffff:10.0.0.1",
     "2002:7f00:1::", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "[::1]", "ff02::1", "no address", ""],
)  # fmt: skip
def test_what_is_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["1.1.1.1", "103.1.2.3", "2606:4700:4700::1111", "64:ff9b::101:101"])
def test_what_is_public(address: str) -> None:
    assert is_public(address)


def test_loopback_is_for_demo_and_tests() -> None:
    assert is_public("127.0.0.1", allow_loopback=True) and is_public("::1", allow_loopback=True)
    assert not is_public("169.254.169.254", allow_loopback=True)
    assert LoopbackResolver.allow_loopback and not GuardedResolver.allow_loopback
