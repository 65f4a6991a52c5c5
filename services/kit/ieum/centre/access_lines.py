"""Access lines as the driver of Kafka has them, and the grants of a centre that they are."""

from typing import Any

from confluent_kafka.admin import (
    AclBinding,
    AclBindingFilter,
    AclOperation,
    AclPermissionType,
    ResourcePatternType,
    ResourceType,
)

from ieum_contracts.topics import Grant

_ANY: Any = None  # the driver accepts it as "any", but its types do not
EVERY_LINE = AclBindingFilter(
    ResourceType.ANY,
    _ANY,
    ResourcePatternType.LITERAL,
    _ANY,
    _ANY,
    AclOperation.ANY,
    AclPermissionType.ALLOW,
)


def resource_of(grant: Grant) -> tuple[ResourceType, str, ResourcePatternType, str]:
    """Return the first parts of a grant's access line."""
    kind = ResourceType[grant.resource.upper()]
    return kind, grant.name, ResourcePatternType.LITERAL, f"User:{grant.principal}"


def grant_of(binding: AclBinding) -> Grant:
    """Return the grant that an access line is."""
    return Grant(
        principal=binding.principal.removeprefix("User:"),
        resource=ResourceType(binding.restype).name.lower(),
        name=binding.name,
        operation=AclOperation(binding.operation).name,
    )


def is_plain(binding: AclBinding) -> bool:
    """Tell whether an access line is of our kind: it allows something from everywhere."""
    return binding.host == "*" and binding.permission_type == AclPermissionType.ALLOW
