"""What stands between Clerk's command line and a served sandbox's Frontend API.

``clerk api --fapi`` asks Clerk's Platform API which host an instance has, and that host by https
alone, so neither can be the sandbox's address. A proxy on this machine answers the one question to
the Platform API, and ends the encryption of what goes to the host: the rest, byte for byte, goes to
the sandbox, which tells by the ``Host`` whose environment is asked for. No name is resolved.
"""

from __future__ import annotations

import asyncio
import base64
import json
import ssl
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

APPLICATION = "app_of_the_sandbox"
INSTANCE = "ins_of_the_sandbox"


@dataclass
class Tunnel:
    host: str
    certificate: Path
    port: int = 0
    opened: list[str] = field(default_factory=list)
    """Where connections were to lead, as ``host:port``."""

    @property
    def environ(self) -> dict[str, str]:
        """What leads the command line here, and lets it believe the certificate."""
        own = f"http://127.0.0.1:{self.port}"
        return {
            "CLERK_PLATFORM_API_URL": own,
            "CLERK_PLATFORM_API_KEY": "ak_of_nobody",
            "HTTPS_PROXY": own,
            "NO_PROXY": "127.0.0.1",
            "NODE_EXTRA_CA_CERTS": str(self.certificate),
        }


@contextmanager
def tunnel_to(address: tuple[str, int], host: str, folder: Path) -> Iterator[Tunnel]:
    """Open until the end of the block; ``address`` is the sandbox's, ``host`` its Frontend API's."""
    tunnel = Tunnel(host, folder / "certificate.pem")
    context = _signed_by_itself(host, tunnel.certificate, folder / "key.pem")
    is_up, is_over = threading.Event(), asyncio.Event()

    async def serve() -> None:
        async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            with closing(writer), suppress(ConnectionError, asyncio.IncompleteReadError):
                await _answer(tunnel, address, context, reader, writer)

        async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
            tunnel.port = server.sockets[0].getsockname()[1]
            is_up.set()
            await is_over.wait()

    with asyncio.Runner() as runner:
        loop = runner.get_loop()
        thread = threading.Thread(target=runner.run, args=(serve(),))
        thread.start()
        try:
            assert is_up.wait(60)
            yield tunnel
        finally:
            loop.call_soon_threadsafe(is_over.set)
            thread.join()


async def _answer(
    tunnel: Tunnel,
    address: tuple[str, int],
    context: ssl.SSLContext,
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
) -> None:
    head = (await reader.readuntil(b"\r\n\r\n")).decode()
    method, target, _ = head.split(" ", 2)
    if method != "CONNECT":
        assert target.startswith(f"/v1/platform/applications/{APPLICATION}?"), head
        body = json.dumps(_application(tunnel.host)).encode()
        said = f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        writer.write(said.encode() + body)
        await writer.drain()
        return
    tunnel.opened.append(target)
    writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
    await writer.start_tls(context)
    theirs, ours = await asyncio.open_connection(*address)
    await asyncio.gather(_carry(reader, ours), _carry(theirs, writer))


async def _carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while some := await reader.read(1 << 16):
        writer.write(some)
        await writer.drain()
    writer.close()


def publishable_key(host: str) -> str:
    return f"pk_test_{base64.b64encode(f'{host}$'.encode()).decode()}"


def _application(host: str) -> dict[str, object]:
    instance = {
        "instance_id": INSTANCE,
        "environment_type": "development",
        "publishable_key": publishable_key(host),
    }
    return {"application_id": APPLICATION, "instances": [instance]}


def _signed_by_itself(host: str, certificate: Path, key_file: Path) -> ssl.SSLContext:
    key = ec.generate_private_key(ec.SECP256R1())
    name, now = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)]), datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    key_file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key_file)
    return context
