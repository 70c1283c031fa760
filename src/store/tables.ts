/** Step 1. Ids and names are compared by byte (`collate "C"`): ids sort by time whatever the database's locale. */
export const FIRST_TABLES = `
-- One row that whoever changes the queue locks first: so two daemons count and choose one after the other.
create table chatbench.gate (id boolean primary key default true check (id));
insert into chatbench.gate default values;

create table chatbench.instances (
  id text collate "C" primary key,
  host text not null,
  pid integer not null,
  start_time text not null,
  last_heartbeat timestamptz not null,
  -- Ended in good order, but runs of it are still at work.
  has_left boolean not null default false
);

create table chatbench.schedules (
  scenario text collate "C" primary key,
  line text not null,
  known_since timestamptz not null,
  last_slot timestamptz
);

-- A run's slot, or a row of slots that did not run: their first, last, number and reason.
create table chatbench.slots (
  scenario text collate "C" not null,
  slot timestamptz not null,
  last timestamptz not null,
  count integer not null check (count > 0),
  reason text check (reason in ('missed', 'overlap', 'blackout', 'paused', 'queue_full')),
  run text collate "C",
  primary key (scenario, slot),
  check ((reason is null) = (run is not null))
);
create index slots_newest on chatbench.slots (last desc, scenario);
create index slots_newest_of_scenario on chatbench.slots (scenario, last desc);

create table chatbench.runs (
  id text collate "C" primary key,
  scenario text collate "C" not null,
  target text collate "C" not null,
  trigger text not null check (trigger in ('cron', 'manual', 'pull_request', 'pre_deploy')),
  state text not null check (state in
    ('queued', 'preparing', 'running', 'judging', 'finished', 'error', 'aborted', 'lost', 'skipped')),
  verdict text,
  revision text,
  slot timestamptz,
  not_before timestamptz,
  idempotency_key text collate "C",
  queued_at timestamptz,
  started_at timestamptz,
  ended_at timestamptz,
  owner text collate "C",
  abort_by text,
  -- The scenario as it was when the run was asked for; null for runs that were read from record files.
  frozen jsonb,
  reason jsonb,
  measurements jsonb,
  -- The record without its trials' facts; null until the run has ended and its record was kept.
  record jsonb
);
create unique index runs_one_at_work_per_target on chatbench.runs (target)
  where state in ('preparing', 'running', 'judging');
create unique index runs_idempotency_key on chatbench.runs (idempotency_key) where idempotency_key is not null;
create index runs_active on chatbench.runs (queued_at) where state in ('queued', 'preparing', 'running', 'judging');
create index runs_lost on chatbench.runs (owner) where state = 'lost';
create index runs_of_scenario on chatbench.runs (scenario, id);
create index runs_of_target on chatbench.runs (target, id);
create index runs_of_state on chatbench.runs (state, id);
create index runs_of_trigger on chatbench.runs (trigger, id);
create index runs_recorded on chatbench.runs (scenario, trigger, id) where record is not null;
create index runs_judged on chatbench.runs (scenario, trigger, id) where verdict in ('pass', 'warning', 'fail');
`;

/** Step 2. Machines may share a name; null: a daemon of an older version. */
export const PLACE_OF_INSTANCES = "alter table chatbench.instances add column place text";

/** Step 3. */
export const SCHEDULES_THAT_LEFT = `
-- When the line was last in a configuration; a line of '' is in none any more.
alter table chatbench.schedules add column last_seen timestamptz not null default clock_timestamp();
-- A run that has not begun by then is withdrawn.
alter table chatbench.runs add column begin_by timestamptz;
create index slots_paused on chatbench.slots (scenario, last desc) where reason = 'paused';
`;
