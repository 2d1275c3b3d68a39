"""Dues with their lines by month of making, settlements, orders, receipts, notices; and what may never change."""

from typing import ClassVar

from django.db import migrations
from django.db.migrations.operations.base import Operation

from hpf.access.partitions import months_sql

TABLES = """
CREATE SEQUENCE dues_due_no;
CREATE SEQUENCE dues_order_no;
CREATE TABLE dues_due (
    id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    code varchar(30) NOT NULL CONSTRAINT dues_due_code UNIQUE,
    kind varchar(10) NOT NULL CHECK (kind IN ('remittance', 'missed', 'shortfall')),
    fund varchar(8) NOT NULL,
    employer_account_id bigint NOT NULL,
    made_month integer NOT NULL,
    made_at timestamptz NOT NULL,
    policy_version integer NOT NULL,
    people integer NOT NULL CHECK (people > 0),
    employer_fen bigint NOT NULL CHECK (employer_fen >= 0),
    personal_fen bigint NOT NULL CHECK (personal_fen >= 0),
    method varchar(10) NOT NULL,
    state varchar(10) NOT NULL CHECK (state IN ('waiting', 'settling', 'settled', 'failed', 'deferred')),
    settlement_id bigint,
    settled_at timestamptz CHECK ((settled_at IS NOT NULL) = (state = 'settled')),
    credited_at timestamptz CHECK (credited_at IS NULL OR state = 'settled')
) WITH (fillfactor = 45);
CREATE UNIQUE INDEX dues_one_remittance ON dues_due (made_month, employer_account_id) WHERE kind = 'remittance';
CREATE INDEX dues_of_employer ON dues_due (employer_account_id, made_month);
CREATE TABLE dues_due_line (
    due_id bigint NOT NULL,
    account_id bigint NOT NULL,
    belongs_month integer NOT NULL,
    made_month integer NOT NULL,
    base_fen bigint NOT NULL,
    employer_fen bigint NOT NULL CHECK (employer_fen >= 0),
    personal_fen bigint NOT NULL CHECK (personal_fen >= 0),
    employer_rate numeric(5, 2) NOT NULL,
    personal_rate numeric(5, 2) NOT NULL,
    exempt boolean NOT NULL,
    change varchar(8) NOT NULL,
    PRIMARY KEY (due_id, account_id, belongs_month, made_month)
) PARTITION BY RANGE (made_month);
CREATE TABLE dues_order (
    id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    no varchar(30) NOT NULL CONSTRAINT dues_order_no_once UNIQUE,
    employer_account_id bigint NOT NULL,
    fund varchar(8) NOT NULL,
    case_id bigint CONSTRAINT dues_one_order_per_case UNIQUE,
    state varchar(10) NOT NULL CHECK (state IN ('unpaid', 'paid', 'failed', 'cancelled', 'void')),
    amount_fen bigint NOT NULL CHECK (amount_fen > 0),
    dues integer NOT NULL CHECK (dues > 0),
    people integer NOT NULL,
    payee_account varchar(40) NOT NULL,
    channel varchar(20) NOT NULL DEFAULT '',
    bank varchar(40) NOT NULL DEFAULT '',
    created_at timestamptz NOT NULL,
    chosen_at timestamptz,
    expires_at timestamptz NOT NULL,
    paid_at timestamptz CHECK ((paid_at IS NOT NULL) = (state = 'paid')),
    closed_at timestamptz CHECK ((closed_at IS NULL) = (state = 'unpaid')),
    reason varchar(200) NOT NULL DEFAULT ''
);
CREATE INDEX dues_orders_of_employer ON dues_order (employer_account_id, created_at);
CREATE INDEX dues_orders_open ON dues_order (expires_at) WHERE state = 'unpaid';
CREATE TABLE dues_settlement (
    id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    due_id bigint NOT NULL,
    order_id bigint REFERENCES dues_order,
    method varchar(10) NOT NULL,
    prepaid_fen bigint NOT NULL CHECK (prepaid_fen >= 0),
    cash_fen bigint NOT NULL CHECK (cash_fen >= 0),
    payee_account varchar(40) NOT NULL,
    state varchar(10) NOT NULL CHECK (state IN ('open', 'succeeded', 'failed', 'withdrawn')),
    opened_at timestamptz NOT NULL,
    closed_at timestamptz CHECK ((closed_at IS NULL) = (state = 'open')),
    reason varchar(200) NOT NULL DEFAULT ''
);
CREATE UNIQUE INDEX dues_one_open_settlement ON dues_settlement (due_id) WHERE state IN ('open', 'succeeded');
CREATE INDEX dues_settlements_of_order ON dues_settlement (order_id) WHERE order_id IS NOT NULL;
CREATE TABLE dues_receipt (
    id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    transaction_id varchar(64) NOT NULL CONSTRAINT dues_receipt_once UNIQUE,
    order_id bigint REFERENCES dues_order,
    order_no varchar(64) NOT NULL,
    employer_account_id bigint,
    amount_fen bigint NOT NULL CHECK (amount_fen > 0),
    paid_at timestamptz NOT NULL,
    received_at timestamptz NOT NULL,
    payee_account varchar(40) NOT NULL,
    payer_name varchar(120) NOT NULL,
    payer_bank varchar(60) NOT NULL,
    payer_account varchar(60) NOT NULL,
    outcome varchar(20) NOT NULL
);
CREATE INDEX dues_receipts_of_order ON dues_receipt (order_id) WHERE order_id IS NOT NULL;
CREATE TABLE dues_notice (
    notice_id varchar(64) PRIMARY KEY,
    order_no varchar(64) NOT NULL,
    state varchar(10) NOT NULL,
    transaction_id varchar(64) NOT NULL,
    amount_fen bigint,
    received_at timestamptz NOT NULL,
    outcome varchar(20) NOT NULL
);
"""

# What is owed is frozen by privilege: of a due only its way through settlement changes, of a line nothing.
FROZEN = """
REVOKE UPDATE, DELETE, TRUNCATE ON dues_due, dues_due_line, dues_receipt, dues_notice FROM hpf_app;
REVOKE DELETE, TRUNCATE ON dues_order, dues_settlement FROM hpf_app;
GRANT UPDATE (method, state, settlement_id, settled_at, credited_at) ON dues_due TO hpf_app;
"""

UNDO = """
DROP TABLE dues_notice, dues_receipt, dues_settlement, dues_order, dues_due_line, dues_due;
DROP SEQUENCE dues_order_no; DROP SEQUENCE dues_due_no;
"""
FIRST_MONTHS = [*range(202607, 202613), *range(202701, 202713)]


class Migration(migrations.Migration):
    """The first."""

    initial = True
    dependencies: ClassVar[list[tuple[str, str]]] = []
    operations: ClassVar[list[Operation]] = [
        migrations.RunSQL(TABLES, UNDO),
        migrations.RunSQL(FROZEN, migrations.RunSQL.noop),
        migrations.RunSQL(months_sql("dues_due_line", FIRST_MONTHS), migrations.RunSQL.noop),
    ]
