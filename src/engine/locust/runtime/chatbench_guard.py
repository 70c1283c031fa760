"""No script is led to where clouds hand out credentials, whatever name or redirect leads there (case 59)."""

from __future__ import annotations

import ipaddress
import sys
from functools import lru_cache
from typing import Any

# AWS over IPv6, and Alibaba Cloud.
METADATA = {"fd00:ec2::254", "100.100.100.200"}


@lru_cache(maxsize=1000)
def is_forbidden(host: str) -> bool:
    try:
        address = ipaddress.ip_address(host.split("%")[0])
    except ValueError:  # a name: what it leads to comes here by itself
        return False
    plain = getattr(address, "ipv4_mapped", None) or address
    return plain.is_link_local or str(plain) in METADATA


def refuse_metadata() -> None:
    """Python tells its audit hooks of each connection before it is made, whichever client a script uses."""

    def hook(event: str, args: tuple[Any, ...]) -> None:
        if event != "socket.connect" or not isinstance(args[1], tuple):
            return
        host = str(args[1][0])
        if is_forbidden(host):
            raise ConnectionRefusedError(f"{host} is an address at which clouds hand out credentials")

    sys.addaudithook(hook)
