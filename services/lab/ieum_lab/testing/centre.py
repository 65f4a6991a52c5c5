"""A separate centre for one test, on the servers that all tests of a run share."""

import asyncio
import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from ieum.access.callers import Role
from ieum.centre.apply import apply
from ieum.centre.broker import Broker
from ieum.centre.centre_file import Centre, CentreError, Name, database_name
from ieum.centre.centre_settings import CentreSettings
from ieum.centre.credentials import AgencyAccess, agency_access
from ieum.centre.issuer_key import KEY_FILE, Account, IssuerKey, read_issuer_key
from ieum.centre.passwords import Secrets
from ieum.centre.postgres import connect_admin, create_database, create_role
from ieum.storage.migrate import migrate
from ieum_contracts.address import Address
from ieum_lab.embedded.administrator import admin_settings
from ieum_lab.embedded.stack import Stack

AGENCIES = ("employment-center", "city-welfare-team")
TEMPLATE = "ieum_template"


@dataclass(frozen=True, slots=True)
class Template:
    """The name of a migrated database, and of the role that owns its tables."""

    name: str


@dataclass(frozen=True, slots=True)
class CentreUnderTest:
    """A real centre: its file's content, its administrator's settings, its agencies' credentials."""

    centre: Centre
    settings: CentreSettings

    @property
    def id(self) -> str:
        """The centre's id."""
        return self.centre.centre

    def address(self, agency: str) -> Address:
        """Return an agency's address on the wire."""
        return Address(self.centre.centre, agency)

    @property
    def issuer(self) -> IssuerKey:
        """The key that signs the centre's tokens."""
        jwks_file, issuer = self.settings.token_jwks_file, self.settings.token_issuer
        if jwks_file is None or issuer is None:
            raise CentreError("The centre under test has no issuer of tokens.")
        return read_issuer_key(jwks_file.with_name(KEY_FILE), issuer)

    def token(self, agency: str, *roles: Role, subject: str | None = None) -> str:
        """Return a token of somebody at an agency; without roles, of one who has all that it takes."""
        roles = roles or (Role.SYSTEM, Role.OPERATOR, Role.AUDITOR)
        account = Account(subject or f"{roles[0]}.{agency}", roles, [agency])
        return self.issuer.token(account, [str(self.address(agency))])

    def header(self, agency: str, *roles: Role) -> dict[str, str]:
        """Return the header with such a token."""
        return {"authorization": f"Bearer {self.token(agency, *roles)}"}

    def access(self, agency: str) -> AgencyAccess:
        """Return an agency's credentials; `Settings(**access.values())` makes its settings."""
        return agency_access(self.centre, self.settings, agency)


def centre_of(centre: str, agencies: Sequence[str]) -> Centre:
    """Return a centre as its file would describe it; each agency's package has the agency's name."""
    packages = {agency: f"services.{agency.replace('-', '_')}" for agency in agencies}
    return Centre(centre=centre, name=Name(ko="시험 센터", en="Centre under test"), agencies=packages)


OPEN_SCHEMA = "grant create on schema public to ieum_template"
CLOSE_TEMPLATE = "alter database ieum_template with allow_connections false"


async def make_template(stack: Stack) -> Template:
    """Make and migrate the template database; nobody can connect to it afterwards."""
    settings = admin_settings(stack)
    password = secrets.token_hex(16)
    connection = await connect_admin(settings)
    try:
        await create_role(connection, TEMPLATE, password)
        await create_database(connection, TEMPLATE, owner=stack.kafka_admin.username)
        inside = await connect_admin(settings, TEMPLATE)
        await inside.execute(OPEN_SCHEMA)
        await inside.close()
        location = stack.postgres_admin_dsn.rpartition("@")[2].partition("/")[0]
        await migrate(f"postgresql://{TEMPLATE}:{password}@{location}/{TEMPLATE}")
        await connection.execute(CLOSE_TEMPLATE)
    finally:
        await connection.close()
    return Template(TEMPLATE)


async def new_centre(stack: Stack, template: Template, agencies: Sequence[str] = ()) -> CentreUnderTest:
    """Make a centre with an unused name, with databases copied from the template."""
    name = f"t{secrets.token_hex(4)}"
    settings = admin_settings(stack)
    own = settings.model_copy(update={"secrets_folder": settings.secrets_folder / name})
    under_test = CentreUnderTest(centre_of(name, agencies or AGENCIES), own)
    passwords = Secrets(under_test.settings.secrets_folder)
    await asyncio.gather(
        *(_copy(under_test, template, address, passwords) for address in under_test.centre.own_addresses())
    )
    await apply(under_test.centre, under_test.settings)
    return under_test


INHERIT = "select format('grant %I to %I with inherit true', $1::text, $2::text)"


async def _copy(
    under_test: CentreUnderTest, template: Template, address: Address, passwords: Secrets
) -> None:
    role = database_name(address)
    connection = await connect_admin(under_test.settings)
    try:
        await create_role(connection, role, passwords.read_or_make(address.agency, "database"))
        await connection.execute(await connection.fetchval(INHERIT, template.name, role))
        await create_database(connection, role, owner=role, template=template.name)
    finally:
        await connection.close()


async def end_centre(under_test: CentreUnderTest) -> None:
    """Remove a test's centre from the shared servers, including agencies that joined it."""
    await asyncio.gather(
        asyncio.to_thread(Broker(under_test.settings).remove, under_test.id), _drop(under_test)
    )


DATABASES = "select datname from pg_database where starts_with(datname, $1)"
DROP_DATABASE = "select format('drop database if exists %I with (force)', $1::text)"
DROP_ROLE = "select format('drop role if exists %I', $1::text)"


async def _drop(under_test: CentreUnderTest) -> None:
    connection = await connect_admin(under_test.settings)
    try:
        names = [row["datname"] for row in await connection.fetch(DATABASES, f"{under_test.id}_")]
        for drop in (DROP_DATABASE, DROP_ROLE):  # a role may own a copy of its database as well
            for name in names:
                await connection.execute(await connection.fetchval(drop, name))
    finally:
        await connection.close()
