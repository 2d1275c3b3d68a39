"""Vouchers and legs, movements by posting month, balances, purses, closed days; and the triggers that guard them."""

from typing import ClassVar

from django.db import migrations
from django.db.migrations.operations.base import Operation

from hpf.access.partitions import months_sql

TABLES = """
CREATE TABLE ledger_voucher (
    id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    kind smallint NOT NULL CHECK (kind BETWEEN 1 AND 5),
    ref varchar(64) NOT NULL,
    employer_account_id bigint,
    posted_on date NOT NULL,
    at timestamptz NOT NULL,
    actor_name varchar(120) NOT NULL,
    CONSTRAINT ledger_posted_once UNIQUE (kind, ref)
);
CREATE TABLE ledger_leg (
    voucher_id bigint NOT NULL,
    account integer NOT NULL CHECK (account IN (101, 201, 219, 21901)),
    fen bigint NOT NULL CHECK (fen <> 0),
    employer_account_id bigint CHECK ((employer_account_id IS NOT NULL) = (account IN (201, 219))),
    bank_account varchar(40) CHECK ((bank_account IS NOT NULL) = (account = 101)),
    PRIMARY KEY (voucher_id, account)
);
CREATE TABLE ledger_movement (
    account_id bigint NOT NULL,
    voucher_id bigint NOT NULL,
    employer_account_id bigint NOT NULL,
    this_year_fen bigint NOT NULL,
    carried_fen bigint NOT NULL CHECK (this_year_fen <> 0 OR carried_fen <> 0),
    belongs_month integer NOT NULL,
    posted_month integer NOT NULL,
    kind smallint NOT NULL,
    PRIMARY KEY (account_id, posted_month, voucher_id, belongs_month)
) PARTITION BY RANGE (posted_month);
CREATE TABLE ledger_personal_balance (
    account_id bigint PRIMARY KEY,
    this_year_fen bigint NOT NULL CHECK (this_year_fen >= 0),
    carried_fen bigint NOT NULL CHECK (carried_fen >= 0)
) WITH (fillfactor = 50);
CREATE TABLE ledger_purse (
    employer_account_id bigint PRIMARY KEY,
    balance_fen bigint NOT NULL,
    reserved_fen bigint NOT NULL,
    CONSTRAINT ledger_purse_covers CHECK (0 <= reserved_fen AND reserved_fen <= balance_fen)
) WITH (fillfactor = 50);
CREATE TABLE ledger_closed_day (
    day date PRIMARY KEY,
    at timestamptz NOT NULL,
    actor_name varchar(120) NOT NULL
);
REVOKE UPDATE, DELETE, TRUNCATE ON ledger_voucher, ledger_leg, ledger_movement, ledger_closed_day FROM hpf_app;
REVOKE DELETE, TRUNCATE ON ledger_personal_balance, ledger_purse FROM hpf_app;
"""

# A statement trigger with a transition table costs next to nothing; a deferred row trigger costs 14 s per million legs.
# Closing a day takes the lock that every posting shares: none slips into the day while it is being closed.
GUARDS = """
CREATE FUNCTION ledger_legs_balance() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE wrong bigint;
BEGIN
    SELECT voucher_id INTO wrong FROM added GROUP BY voucher_id HAVING sum(fen) <> 0 LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'the legs of voucher % do not sum to zero', wrong USING ERRCODE = 'check_violation';
    END IF;
    SELECT voucher_id INTO wrong FROM added a WHERE NOT EXISTS (SELECT FROM ledger_voucher v WHERE v.id = a.voucher_id)
     LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'there is no voucher %', wrong USING ERRCODE = 'foreign_key_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER ledger_legs_balance AFTER INSERT ON ledger_leg REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_legs_balance();

CREATE FUNCTION ledger_day_is_open() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE wrong date;
BEGIN
    PERFORM pg_advisory_xact_lock_shared(hashtext(TG_TABLE_SCHEMA || '.ledger_closed_day'));
    SELECT posted_on INTO wrong FROM added WHERE posted_on <= (SELECT max(day) FROM ledger_closed_day) LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'the day % is closed', wrong USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER ledger_day_is_open AFTER INSERT ON ledger_voucher REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_day_is_open();
"""

UNDO = """
DROP TABLE ledger_closed_day, ledger_purse, ledger_personal_balance, ledger_movement, ledger_leg, ledger_voucher;
DROP FUNCTION ledger_legs_balance; DROP FUNCTION ledger_day_is_open;
"""
FIRST_MONTHS = [*range(202607, 202613), *range(202701, 202713)]


class Migration(migrations.Migration):
    """The first."""

    initial = True
    dependencies: ClassVar[list[tuple[str, str]]] = []
    operations: ClassVar[list[Operation]] = [
        migrations.RunSQL(TABLES, migrations.RunSQL.noop),
        migrations.RunSQL(GUARDS, UNDO),
        migrations.RunSQL(months_sql("ledger_movement", FIRST_MONTHS), migrations.RunSQL.noop),
    ]
