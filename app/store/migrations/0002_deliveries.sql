-- What a delivery said is not kept, only what it was and what became of it.
CREATE TABLE lintel.delivery (
    guid text PRIMARY KEY,
    event text NOT NULL,
    action text,
    installation_id bigint,
    subject text NOT NULL,
    status text NOT NULL DEFAULT 'accepted' CHECK (status IN ('accepted', 'finished', 'failed')),
    received_at timestamptz NOT NULL DEFAULT now(),
    error text
);
CREATE INDEX delivery_by_arrival ON lintel.delivery (received_at);
CREATE INDEX delivery_failed ON lintel.delivery (received_at) WHERE status = 'failed';

-- The queued jobs a delivery still waits for. job_id has no foreign key: the queue forgets old rows by itself.
CREATE TABLE lintel.delivery_job (
    guid text NOT NULL REFERENCES lintel.delivery (guid) ON DELETE CASCADE,
    job_id bigint NOT NULL,
    PRIMARY KEY (guid, job_id)
);
CREATE INDEX delivery_job_by_job ON lintel.delivery_job (job_id);

-- Fairness counts what an installation has waiting.
CREATE INDEX lintel_waiting_by_installation ON public.procrastinate_jobs ((args ->> 'installation_id'))
    WHERE status = 'todo'::public.procrastinate_job_status;

-- Procrastinate has no index that begins with the lock of a waiting job.
CREATE INDEX lintel_waiting_by_lock ON public.procrastinate_jobs (lock)
    WHERE status = 'todo'::public.procrastinate_job_status;
