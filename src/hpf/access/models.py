"""Tables of the shared schema: centres, logins, what the portal said about a login, the staff's roles, the clock."""

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django_tenants.models import TenantMixin

from hpf.access.actor import Role


class Centre(TenantMixin):  # type: ignore[misc]  # django-tenants carries no types
    """A housing provident fund centre: one schema, named by its code (`schema_name`), which is also its path prefix."""

    auto_create_schema = False

    name = models.CharField(max_length=60)

    class Meta:
        db_table = "access_centre"


class UserManager(BaseUserManager["User"]):
    """Makes logins."""

    def create_user(self, username: str, password: str | None = None, *, name: str = "") -> "User":
        """A new login; without a password it can only come in through the portal."""
        user = self.model(username=username, name=name)
        user.set_password(password)
        user.save(force_insert=True)
        return user


class User(AbstractBaseUser):
    """A login, of the hall or of the desk.

    `centre_code` is the centre that keeps a login of staff, empty for those of the portal; `initial_password`: it was
    given by the administrator and has to be changed at the next login.
    """

    username = models.CharField(max_length=150, unique=True)
    name = models.CharField(max_length=120, blank=True)
    is_active = models.BooleanField(default=True)
    centre_code = models.CharField(max_length=63, default="", db_default="")
    initial_password = models.BooleanField(default=False, db_default=False)

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects = UserManager()


class Identity(models.Model):
    """What the government portal said about a login when it last came in; the newest claims replace the older."""

    user = models.OneToOneField(User, models.CASCADE, primary_key=True, related_name="identity")
    name = models.CharField(max_length=120)
    id_no = models.CharField(max_length=32, db_index=True)
    mobile = models.CharField(max_length=20, blank=True)
    employer_name = models.CharField(max_length=200, blank=True)
    credit_code = models.CharField(max_length=18, blank=True, db_index=True)


class StaffRole(models.Model):
    """One role of one member of staff at one centre."""

    user = models.ForeignKey(User, models.CASCADE, related_name="staff_roles")
    centre_code = models.CharField(max_length=63)
    role = models.CharField(max_length=20, choices=[(role.value, role.label) for role in Role])

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["user", "centre_code", "role"], name="one_role_once")
        ]


class LoginTries(models.Model):
    """Failed logins under one name until the window closes (real time); of the name only a keyed hash is kept."""

    source = models.CharField(max_length=64, primary_key=True)
    until = models.DateTimeField()
    tries = models.IntegerField()


class ClockOffset(models.Model):
    """One row: how far the demo's clock is ahead of real time. All processes read it; in production it stays 0.

    `asked`: the moment somebody wants to see, until the scheduler has moved there run by run.
    """

    only = models.BooleanField(primary_key=True, default=True)
    ahead = models.DurationField()
    asked = models.DateTimeField(null=True)

    class Meta:
        db_table = "clock"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=models.Q(only=True), name="one_clock")
        ]


class ApiToken(models.Model):
    """A program's right to act for one employer at one centre. Of the token itself only the hash is kept.

    `user_id` is the login it was issued by (plain, None for the command line); `used` counts the requests of the minute
    that began at `minute`.
    """

    user_id = models.BigIntegerField(null=True)
    centre_code = models.CharField(max_length=63)
    employer_id = models.BigIntegerField()
    name = models.CharField(max_length=60)
    digest = models.CharField(max_length=64, unique=True)
    scopes = models.JSONField()
    per_minute = models.IntegerField()
    created_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    minute = models.DateTimeField(null=True)
    used = models.IntegerField(default=0)

    class Meta:
        indexes = (models.Index(fields=["centre_code", "employer_id"], name="tokens_of_employer"),)
