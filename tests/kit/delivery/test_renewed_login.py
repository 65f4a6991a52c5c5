"""A consumer that runs on trusts the certificate authority of today, and no longer that of yesterday."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pydantic import SecretStr

from ieum.delivery.connection_arguments import connection_arguments
from ieum.delivery.running_consumer import renew_login
from ieum.settings import ServerSettings
from ieum_lab.embedded.ports import LOOPBACK


def certified(folder: Path, name: str) -> tuple[Path, Path]:
    """Make a certificate authority that is its own server, for an hour; returns certificate and key."""
    key = ec.generate_private_key(ec.SECP256R1())
    named = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(named)
        .issuer_name(named)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address(LOOPBACK))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    certificate, secret = folder / f"{name}.crt", folder / f"{name}.key"
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    secret.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return certificate, secret


@asynccontextmanager
async def serving(certificate: Path, key: Path) -> AsyncIterator[int]:
    """Take TLS connections and close them; gives the port."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)

    async def close(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    async with await asyncio.start_server(close, LOOPBACK, 0, ssl=context) as server:
        yield server.sockets[0].getsockname()[1]


async def connect(consumer: AIOKafkaConsumer, port: int) -> None:
    """Connect as the consumer's client does; raises ssl.SSLError where it does not trust the server."""
    client = vars(consumer)["_client"]
    _, writer = await asyncio.open_connection(LOOPBACK, port, ssl=client._ssl_context)
    writer.close()


async def test_a_running_consumer_trusts_the_authority_that_stands_in_the_file_now(tmp_path: Path) -> None:
    authority, password = tmp_path / "ca.crt", tmp_path / "password"
    password.write_text("synthetic")
    old, new = certified(tmp_path, "old"), certified(tmp_path, "new")
    authority.write_bytes(old[0].read_bytes())
    settings = ServerSettings(
        database_dsn=SecretStr("postgresql://synthetic@127.0.0.1/synthetic"),
        kafka_bootstrap=f"{LOOPBACK}:1",
        kafka_protocol="SASL_SSL",
        kafka_ca_file=authority,
        kafka_username="synthetic",
        kafka_password_file=password,
    )
    consumer = AIOKafkaConsumer(**connection_arguments(settings))
    async with serving(*old) as before, serving(*new) as after:
        await connect(consumer, before)
        with pytest.raises(ssl.SSLError):
            await connect(consumer, after)
        authority.write_bytes(new[0].read_bytes())
        renew_login(consumer, settings)
        await connect(consumer, after)
        with pytest.raises(ssl.SSLError):
            await connect(consumer, before)
    await consumer.stop()
