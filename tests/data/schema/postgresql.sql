CREATE FUNCTION public.attempt_is_history() RETURNS trigger
    LANGUAGE plpgsql
    AS $$BEGIN IF OLD.verdict <> '' OR (NEW.job_id IS NULL) <> (OLD.job_id IS NULL) OR COALESCE(NEW.job_id <> OLD.job_id, FALSE) OR (NEW.epoch IS NULL) <> (OLD.epoch IS NULL) OR COALESCE(NEW.epoch <> OLD.epoch, FALSE) OR (NEW.body_sha256 IS NULL) <> (OLD.body_sha256 IS NULL) OR COALESCE(NEW.body_sha256 <> OLD.body_sha256, FALSE) OR (NEW.idempotency_key IS NULL) <> (OLD.idempotency_key IS NULL) OR COALESCE(NEW.idempotency_key <> OLD.idempotency_key, FALSE) OR (NEW.started_at IS NULL) <> (OLD.started_at IS NULL) OR COALESCE(NEW.started_at <> OLD.started_at, FALSE) THEN RAISE integrity_constraint_violation USING MESSAGE = 'an attempt is finished once'; END IF; RETURN NEW; END$$;
CREATE FUNCTION public.attempt_is_kept() RETURNS trigger
    LANGUAGE plpgsql
    AS $$BEGIN IF TRUE THEN RAISE integrity_constraint_violation USING MESSAGE = 'this is kept for good'; END IF; RETURN OLD; END$$;
CREATE FUNCTION public.claim_is_frozen() RETURNS trigger
    LANGUAGE plpgsql
    AS $$BEGIN IF NOT NEW.holds OR (NEW.campaign_id IS NULL) <> (OLD.campaign_id IS NULL) OR COALESCE(NEW.campaign_id <> OLD.campaign_id, FALSE) OR (NEW.identity IS NULL) <> (OLD.identity IS NULL) OR COALESCE(NEW.identity <> OLD.identity, FALSE) OR (NEW.recipient_list_id IS NULL) <> (OLD.recipient_list_id IS NULL) OR COALESCE(NEW.recipient_list_id <> OLD.recipient_list_id, FALSE) OR (NEW.claimed_at IS NULL) <> (OLD.claimed_at IS NULL) OR COALESCE(NEW.claimed_at <> OLD.claimed_at, FALSE) OR (NEW.override_id IS NULL) <> (OLD.override_id IS NULL) OR COALESCE(NEW.override_id <> OLD.override_id, FALSE) THEN RAISE integrity_constraint_violation USING MESSAGE = 'a claim never changes'; END IF; RETURN NEW; END$$;
CREATE FUNCTION public.claim_is_kept() RETURNS trigger
    LANGUAGE plpgsql
    AS $$BEGIN IF NOT EXISTS (SELECT 1 FROM issuance_recipientlist
    WHERE id = OLD.recipient_list_id AND refused_count + revoked_count + waiting_count > 0) THEN RAISE integrity_constraint_violation USING MESSAGE = 'nobody of this list lost the reward'; END IF; RETURN OLD; END$$;
CREATE FUNCTION public.claim_under_own_override() RETURNS trigger
    LANGUAGE plpgsql
    AS $$BEGIN IF NEW.override_id IS NOT NULL AND NEW.recipient_list_id
    <> (SELECT recipient_list_id FROM issuance_claimoverride WHERE id = NEW.override_id) THEN RAISE integrity_constraint_violation USING MESSAGE = 'an override is for its own list'; END IF; RETURN NEW; END$$;
CREATE FUNCTION public.claimoverride_is_kept() RETURNS trigger
    LANGUAGE plpgsql
    AS $$BEGIN IF TRUE THEN RAISE integrity_constraint_violation USING MESSAGE = 'this is kept for good'; END IF; RETURN OLD; END$$;
CREATE FUNCTION public.event_is_history() RETURNS trigger
    LANGUAGE plpgsql
    AS $$BEGIN IF (NEW.recipient_list_id IS NULL) <> (OLD.recipient_list_id IS NULL) OR COALESCE(NEW.recipient_list_id <> OLD.recipient_list_id, FALSE) OR (NEW.job_id IS NULL) <> (OLD.job_id IS NULL) OR COALESCE(NEW.job_id <> OLD.job_id, FALSE) OR (NEW.at IS NULL) <> (OLD.at IS NULL) OR COALESCE(NEW.at <> OLD.at, FALSE) OR (NEW.old_state IS NULL) <> (OLD.old_state IS NULL) OR COALESCE(NEW.old_state <> OLD.old_state, FALSE) OR (NEW.new_state IS NULL) <> (OLD.new_state IS NULL) OR COALESCE(NEW.new_state <> OLD.new_state, FALSE) OR (NEW.note IS NULL) <> (OLD.note IS NULL) OR COALESCE(NEW.note <> OLD.note, FALSE) THEN RAISE integrity_constraint_violation USING MESSAGE = 'events never change'; END IF; RETURN NEW; END$$;
CREATE FUNCTION public.event_is_kept() RETURNS trigger
    LANGUAGE plpgsql
    AS $$BEGIN IF TRUE THEN RAISE integrity_constraint_violation USING MESSAGE = 'this is kept for good'; END IF; RETURN OLD; END$$;
CREATE FUNCTION public.executed_job_is_not_rejected() RETURNS trigger
    LANGUAGE plpgsql
    AS $$BEGIN IF NEW.state = 'rejected' AND OLD.state = 'needs_review'
    AND OLD.thanx_id IS NOT NULL AND OLD.lost_since IS NULL THEN RAISE integrity_constraint_violation USING MESSAGE = 'Thanx knows this job'; END IF; RETURN NEW; END$$;
CREATE FUNCTION public.hold_is_history() RETURNS trigger
    LANGUAGE plpgsql
    AS $$BEGIN IF NOT OLD.in_force OR (NEW.raised_at IS NULL) <> (OLD.raised_at IS NULL) OR COALESCE(NEW.raised_at <> OLD.raised_at, FALSE) OR (NEW.raised_by_id IS NULL) <> (OLD.raised_by_id IS NULL) OR COALESCE(NEW.raised_by_id <> OLD.raised_by_id, FALSE) OR (NEW.reason IS NULL) <> (OLD.reason IS NULL) OR COALESCE(NEW.reason <> OLD.reason, FALSE) OR (NEW.forgotten_count IS NULL) <> (OLD.forgotten_count IS NULL) OR COALESCE(NEW.forgotten_count <> OLD.forgotten_count, FALSE) THEN RAISE integrity_constraint_violation USING MESSAGE = 'a hold never changes'; END IF; RETURN NEW; END$$;
CREATE FUNCTION public.issuancejob_is_kept() RETURNS trigger
    LANGUAGE plpgsql
    AS $$BEGIN IF TRUE THEN RAISE integrity_constraint_violation USING MESSAGE = 'this is kept for good'; END IF; RETURN OLD; END$$;
CREATE FUNCTION public.job_is_frozen() RETURNS trigger
    LANGUAGE plpgsql
    AS $$BEGIN IF (NEW.body IS NULL) <> (OLD.body IS NULL) OR COALESCE(NEW.body <> OLD.body, FALSE) OR (NEW.body_sha256 IS NULL) <> (OLD.body_sha256 IS NULL) OR COALESCE(NEW.body_sha256 <> OLD.body_sha256, FALSE) OR (NEW.idempotency_key IS NULL) <> (OLD.idempotency_key IS NULL) OR COALESCE(NEW.idempotency_key <> OLD.idempotency_key, FALSE) OR (NEW.total_count IS NULL) <> (OLD.total_count IS NULL) OR COALESCE(NEW.total_count <> OLD.total_count, FALSE) OR (NEW.recipient_list_id IS NULL) <> (OLD.recipient_list_id IS NULL) OR COALESCE(NEW.recipient_list_id <> OLD.recipient_list_id, FALSE) OR (NEW.merchant_id IS NULL) <> (OLD.merchant_id IS NULL) OR COALESCE(NEW.merchant_id <> OLD.merchant_id, FALSE) OR (NEW.variant_id IS NULL) <> (OLD.variant_id IS NULL) OR COALESCE(NEW.variant_id <> OLD.variant_id, FALSE) OR (NEW.number IS NULL) <> (OLD.number IS NULL) OR COALESCE(NEW.number <> OLD.number, FALSE) OR (NEW.canary IS NULL) <> (OLD.canary IS NULL) OR COALESCE(NEW.canary <> OLD.canary, FALSE) OR (NEW.label IS NULL) <> (OLD.label IS NULL) OR COALESCE(NEW.label <> OLD.label, FALSE) OR (NEW.planned_at IS NULL) <> (OLD.planned_at IS NULL) OR COALESCE(NEW.planned_at <> OLD.planned_at, FALSE) THEN RAISE integrity_constraint_violation USING MESSAGE = 'a planned job never changes'; END IF; RETURN NEW; END$$;
CREATE FUNCTION public.job_moves() RETURNS trigger
    LANGUAGE plpgsql
    AS $$BEGIN IF NEW.state <> OLD.state AND OLD.state || '>' || NEW.state NOT IN ('ready>sending', 'ready>cancelled', 'sending>ready', 'sending>accepted', 'sending>rejected', 'sending>needs_review', 'accepted>completed', 'accepted>failed', 'accepted>needs_review', 'needs_review>accepted', 'needs_review>completed', 'needs_review>failed', 'needs_review>rejected', 'completed>revoking', 'failed>revoking', 'revoking>revoked', 'revoking>completed', 'revoking>failed') THEN RAISE integrity_constraint_violation USING MESSAGE = 'no such move of a job'; END IF; RETURN NEW; END$$;
CREATE FUNCTION public.job_of_merchant() RETURNS trigger
    LANGUAGE plpgsql
    AS $$BEGIN IF 
    NEW.merchant_id <> (SELECT merchant_id FROM issuance_recipientlist WHERE id = NEW.recipient_list_id)
    OR (SELECT campaign_id FROM campaigns_variant WHERE id = NEW.variant_id)
    <> (SELECT campaign_id FROM issuance_recipientlist WHERE id = NEW.recipient_list_id) THEN RAISE integrity_constraint_violation USING MESSAGE = 'a job stays with its merchant'; END IF; RETURN NEW; END$$;
CREATE FUNCTION public.large_list_is_approved() RETURNS trigger
    LANGUAGE plpgsql
    AS $$BEGIN IF NEW.state = 'held' AND (
    OLD.state = 'awaiting_approval' AND NEW.approved_by_id IS NULL
    OR OLD.state = 'checked' AND NEW.waiting_count
    > (SELECT approval_threshold FROM accounts_merchant WHERE id = NEW.merchant_id)) THEN RAISE integrity_constraint_violation USING MESSAGE = 'a large list needs an approval'; END IF; RETURN NEW; END$$;
CREATE FUNCTION public.list_moves() RETURNS trigger
    LANGUAGE plpgsql
    AS $$BEGIN IF NEW.state <> OLD.state AND OLD.state || '>' || NEW.state NOT IN ('uploaded>reading', 'uploaded>discarded', 'reading>checked', 'reading>mapping', 'reading>unreadable', 'reading>discarded', 'mapping>reading', 'mapping>discarded', 'checked>reading', 'checked>repairing', 'checked>held', 'checked>awaiting_approval', 'checked>discarded', 'repairing>checked', 'awaiting_approval>held', 'awaiting_approval>checked', 'awaiting_approval>discarded', 'held>issuing', 'held>checked', 'held>stopped', 'issuing>finished', 'issuing>stopped', 'unreadable>reading') THEN RAISE integrity_constraint_violation USING MESSAGE = 'no such move of a list'; END IF; RETURN NEW; END$$;
CREATE FUNCTION public.list_of_merchant() RETURNS trigger
    LANGUAGE plpgsql
    AS $$BEGIN IF NEW.merchant_id <> (SELECT merchant_id FROM campaigns_campaign WHERE id = NEW.campaign_id) THEN RAISE integrity_constraint_violation USING MESSAGE = 'a list stays with its merchant'; END IF; RETURN NEW; END$$;
CREATE FUNCTION public.override_is_history() RETURNS trigger
    LANGUAGE plpgsql
    AS $$BEGIN IF OLD.withdrawn_at IS NOT NULL OR (NEW.recipient_list_id IS NULL) <> (OLD.recipient_list_id IS NULL) OR COALESCE(NEW.recipient_list_id <> OLD.recipient_list_id, FALSE) OR (NEW.actor_id IS NULL) <> (OLD.actor_id IS NULL) OR COALESCE(NEW.actor_id <> OLD.actor_id, FALSE) OR (NEW.reason IS NULL) <> (OLD.reason IS NULL) OR COALESCE(NEW.reason <> OLD.reason, FALSE) OR (NEW.guests_count IS NULL) <> (OLD.guests_count IS NULL) OR COALESCE(NEW.guests_count <> OLD.guests_count, FALSE) OR (NEW.decided_at IS NULL) <> (OLD.decided_at IS NULL) OR COALESCE(NEW.decided_at <> OLD.decided_at, FALSE) THEN RAISE integrity_constraint_violation USING MESSAGE = 'an override never changes'; END IF; RETURN NEW; END$$;
CREATE FUNCTION public.resolution_is_history() RETURNS trigger
    LANGUAGE plpgsql
    AS $$BEGIN IF OLD.confirmed_at IS NOT NULL OR (NEW.job_id IS NULL) <> (OLD.job_id IS NULL) OR COALESCE(NEW.job_id <> OLD.job_id, FALSE) OR (NEW.verdict IS NULL) <> (OLD.verdict IS NULL) OR COALESCE(NEW.verdict <> OLD.verdict, FALSE) OR (NEW.thanx_id IS NULL) <> (OLD.thanx_id IS NULL) OR COALESCE(NEW.thanx_id <> OLD.thanx_id, FALSE) OR (NEW.evidence IS NULL) <> (OLD.evidence IS NULL) OR COALESCE(NEW.evidence <> OLD.evidence, FALSE) OR (NEW.proposed_by_id IS NULL) <> (OLD.proposed_by_id IS NULL) OR COALESCE(NEW.proposed_by_id <> OLD.proposed_by_id, FALSE) OR (NEW.proposed_at IS NULL) <> (OLD.proposed_at IS NULL) OR COALESCE(NEW.proposed_at <> OLD.proposed_at, FALSE) THEN RAISE integrity_constraint_violation USING MESSAGE = 'a resolution never changes'; END IF; RETURN NEW; END$$;
CREATE FUNCTION public.resolution_is_kept() RETURNS trigger
    LANGUAGE plpgsql
    AS $$BEGIN IF TRUE THEN RAISE integrity_constraint_violation USING MESSAGE = 'this is kept for good'; END IF; RETURN OLD; END$$;
CREATE FUNCTION public.retry_of_campaign() RETURNS trigger
    LANGUAGE plpgsql
    AS $$BEGIN IF NEW.parent_id IS NOT NULL
    AND NEW.campaign_id <> (SELECT campaign_id FROM issuance_recipientlist WHERE id = NEW.parent_id) THEN RAISE integrity_constraint_violation USING MESSAGE = 'a retry stays with its campaign'; END IF; RETURN NEW; END$$;
CREATE FUNCTION public.seat_is_kept() RETURNS trigger
    LANGUAGE plpgsql
    AS $$BEGIN IF OLD.job_id IS NOT NULL AND ((NEW.job_id IS NULL) <> (OLD.job_id IS NULL) OR COALESCE(NEW.job_id <> OLD.job_id, FALSE) OR (NEW.position IS NULL) <> (OLD.position IS NULL) OR COALESCE(NEW.position <> OLD.position, FALSE)) THEN RAISE integrity_constraint_violation USING MESSAGE = 'a guest keeps the place in the job'; END IF; RETURN NEW; END$$;
CREATE FUNCTION public.sendinghold_is_kept() RETURNS trigger
    LANGUAGE plpgsql
    AS $$BEGIN IF TRUE THEN RAISE integrity_constraint_violation USING MESSAGE = 'this is kept for good'; END IF; RETURN OLD; END$$;
CREATE FUNCTION public.unit_of_undo_is_frozen() RETURNS trigger
    LANGUAGE plpgsql
    AS $$BEGIN IF OLD.state NOT IN ('uploaded', 'reading', 'checked') AND ((NEW.undo_size IS NULL) <> (OLD.undo_size IS NULL) OR COALESCE(NEW.undo_size <> OLD.undo_size, FALSE) OR (NEW.undo_column IS NULL) <> (OLD.undo_column IS NULL) OR COALESCE(NEW.undo_column <> OLD.undo_column, FALSE)) THEN RAISE integrity_constraint_violation USING MESSAGE = 'what was launched keeps its jobs'; END IF; RETURN NEW; END$$;
CREATE TABLE public.account_emailaddress (
    id integer NOT NULL,
    email character varying(254) NOT NULL,
    verified boolean NOT NULL,
    "primary" boolean NOT NULL,
    user_id bigint NOT NULL
);
ALTER TABLE public.account_emailaddress ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.account_emailaddress_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.account_emailconfirmation (
    id integer NOT NULL,
    created timestamp with time zone NOT NULL,
    sent timestamp with time zone,
    key character varying(64) NOT NULL,
    email_address_id integer NOT NULL
);
ALTER TABLE public.account_emailconfirmation ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.account_emailconfirmation_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.accounts_activity (
    id bigint NOT NULL,
    at timestamp with time zone NOT NULL,
    sentence character varying(300) NOT NULL,
    target character varying(60) NOT NULL,
    actor_id bigint,
    merchant_id bigint NOT NULL
);
ALTER TABLE public.accounts_activity ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.accounts_activity_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.accounts_invitation (
    id bigint NOT NULL,
    mail_due_at timestamp with time zone,
    mail_sent_at timestamp with time zone,
    mail_attempts smallint NOT NULL,
    email character varying(254) NOT NULL,
    role character varying(10) NOT NULL,
    sent_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    accepted_at timestamp with time zone,
    withdrawn_at timestamp with time zone,
    invited_by_id bigint,
    merchant_id bigint NOT NULL,
    CONSTRAINT accounts_invitation_mail_attempts_check CHECK ((mail_attempts >= 0))
);
ALTER TABLE public.accounts_invitation ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.accounts_invitation_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.accounts_membership (
    id bigint NOT NULL,
    role character varying(10) NOT NULL,
    user_id bigint NOT NULL,
    merchant_id bigint NOT NULL
);
ALTER TABLE public.accounts_membership ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.accounts_membership_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.accounts_merchant (
    id bigint NOT NULL,
    thanx_id character varying(64) NOT NULL,
    handle character varying(100) NOT NULL,
    name character varying(200) NOT NULL,
    time_zone character varying(64) NOT NULL,
    country character varying(2) NOT NULL,
    seen_at timestamp with time zone,
    withdrawn_at timestamp with time zone,
    approval_threshold integer,
    preferred_identifier character varying(5) NOT NULL,
    repeat_days smallint NOT NULL,
    CONSTRAINT accounts_merchant_approval_threshold_check CHECK ((approval_threshold >= 0)),
    CONSTRAINT accounts_merchant_repeat_days_check CHECK ((repeat_days >= 0))
);
ALTER TABLE public.accounts_merchant ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.accounts_merchant_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.accounts_notification (
    id bigint NOT NULL,
    mail_due_at timestamp with time zone,
    mail_sent_at timestamp with time zone,
    mail_attempts smallint NOT NULL,
    kind character varying(20) NOT NULL,
    key character varying(100) NOT NULL,
    sentence character varying(300) NOT NULL,
    facts jsonb NOT NULL,
    path character varying(200) NOT NULL,
    at timestamp with time zone NOT NULL,
    in_app boolean NOT NULL,
    read_at timestamp with time zone,
    merchant_id bigint NOT NULL,
    person_id bigint NOT NULL,
    CONSTRAINT accounts_notification_mail_attempts_check CHECK ((mail_attempts >= 0))
);
ALTER TABLE public.accounts_notification ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.accounts_notification_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.accounts_notificationchoice (
    id bigint NOT NULL,
    kind character varying(20) NOT NULL,
    in_app boolean NOT NULL,
    email boolean NOT NULL,
    person_id bigint NOT NULL
);
ALTER TABLE public.accounts_notificationchoice ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.accounts_notificationchoice_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.accounts_user (
    id bigint NOT NULL,
    password character varying(128) NOT NULL,
    last_login timestamp with time zone,
    is_superuser boolean NOT NULL,
    is_staff boolean NOT NULL,
    is_active boolean NOT NULL,
    date_joined timestamp with time zone NOT NULL,
    name character varying(120) NOT NULL,
    email character varying(254) NOT NULL
);
CREATE TABLE public.accounts_user_groups (
    id bigint NOT NULL,
    user_id bigint NOT NULL,
    group_id integer NOT NULL
);
ALTER TABLE public.accounts_user_groups ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.accounts_user_groups_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
ALTER TABLE public.accounts_user ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.accounts_user_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.accounts_user_user_permissions (
    id bigint NOT NULL,
    user_id bigint NOT NULL,
    permission_id integer NOT NULL
);
ALTER TABLE public.accounts_user_user_permissions ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.accounts_user_user_permissions_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.auth_group (
    id integer NOT NULL,
    name character varying(150) NOT NULL
);
ALTER TABLE public.auth_group ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.auth_group_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.auth_group_permissions (
    id bigint NOT NULL,
    group_id integer NOT NULL,
    permission_id integer NOT NULL
);
ALTER TABLE public.auth_group_permissions ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.auth_group_permissions_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.auth_permission (
    id integer NOT NULL,
    name character varying(255) NOT NULL,
    content_type_id integer NOT NULL,
    codename character varying(100) NOT NULL
);
ALTER TABLE public.auth_permission ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.auth_permission_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.campaigns_campaign (
    id bigint NOT NULL,
    uuid uuid NOT NULL,
    name character varying(120) NOT NULL,
    objective character varying(300) NOT NULL,
    fine_print text NOT NULL,
    start_at timestamp with time zone,
    end_at timestamp with time zone,
    redeemable_from timestamp with time zone,
    redeemable_to timestamp with time zone,
    state character varying(12) NOT NULL,
    thanx_id character varying(64) NOT NULL,
    raw jsonb NOT NULL,
    problem character varying(300) NOT NULL,
    problem_code character varying(80) NOT NULL,
    publish_attempts integer NOT NULL,
    next_attempt_at timestamp with time zone,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    published_at timestamp with time zone,
    created_by_id bigint,
    merchant_id bigint NOT NULL,
    expected_guests integer,
    CONSTRAINT campaigns_campaign_expected_guests_check CHECK ((expected_guests >= 0)),
    CONSTRAINT campaigns_campaign_publish_attempts_check CHECK ((publish_attempts >= 0)),
    CONSTRAINT published_has_thanx_id CHECK (((NOT ((state)::text = 'published'::text)) OR (NOT ((thanx_id)::text = ''::text))))
);
ALTER TABLE public.campaigns_campaign ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.campaigns_campaign_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.campaigns_location (
    id bigint NOT NULL,
    thanx_id character varying(64) NOT NULL,
    name character varying(200) NOT NULL,
    street character varying(200) NOT NULL,
    city character varying(120) NOT NULL,
    state character varying(60) NOT NULL,
    zip character varying(20) NOT NULL,
    phone character varying(40) NOT NULL,
    raw jsonb NOT NULL,
    seen_at timestamp with time zone NOT NULL,
    withdrawn_at timestamp with time zone,
    merchant_id bigint NOT NULL
);
ALTER TABLE public.campaigns_location ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.campaigns_location_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.campaigns_rewardtemplate (
    id bigint NOT NULL,
    thanx_id character varying(64) NOT NULL,
    name character varying(300) NOT NULL,
    type character varying(60) NOT NULL,
    subtype character varying(60) NOT NULL,
    description text NOT NULL,
    fine_print text NOT NULL,
    discount_type character varying(60) NOT NULL,
    discount_value character varying(40) NOT NULL,
    redemption_venue character varying(40) NOT NULL,
    image_url text NOT NULL,
    raw jsonb NOT NULL,
    seen_at timestamp with time zone NOT NULL,
    withdrawn_at timestamp with time zone,
    merchant_id bigint NOT NULL
);
ALTER TABLE public.campaigns_rewardtemplate ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.campaigns_rewardtemplate_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.campaigns_templatechange (
    id bigint NOT NULL,
    at timestamp with time zone NOT NULL,
    field character varying(40) NOT NULL,
    before text NOT NULL,
    after text NOT NULL,
    template_id bigint NOT NULL
);
ALTER TABLE public.campaigns_templatechange ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.campaigns_templatechange_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.campaigns_variant (
    id bigint NOT NULL,
    "position" smallint NOT NULL,
    name character varying(80) NOT NULL,
    weight smallint NOT NULL,
    thanx_id character varying(64) NOT NULL,
    campaign_id bigint NOT NULL,
    reward_template_id bigint,
    locked boolean NOT NULL,
    CONSTRAINT campaigns_variant_position_check CHECK (("position" >= 0)),
    CONSTRAINT campaigns_variant_weight_check CHECK ((weight >= 0)),
    CONSTRAINT control_has_no_reward CHECK (((NOT ((name)::text = 'Control'::text)) OR (reward_template_id IS NULL))),
    CONSTRAINT weight_is_a_percent CHECK (((weight >= 1) AND (weight <= 100)))
);
ALTER TABLE public.campaigns_variant ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.campaigns_variant_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.django_admin_log (
    id integer NOT NULL,
    action_time timestamp with time zone NOT NULL,
    object_id text,
    object_repr character varying(200) NOT NULL,
    action_flag smallint NOT NULL,
    change_message text NOT NULL,
    content_type_id integer,
    user_id bigint NOT NULL,
    CONSTRAINT django_admin_log_action_flag_check CHECK ((action_flag >= 0))
);
ALTER TABLE public.django_admin_log ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.django_admin_log_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.django_content_type (
    id integer NOT NULL,
    app_label character varying(100) NOT NULL,
    model character varying(100) NOT NULL
);
ALTER TABLE public.django_content_type ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.django_content_type_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.django_migrations (
    id bigint NOT NULL,
    app character varying(255) NOT NULL,
    name character varying(255) NOT NULL,
    applied timestamp with time zone NOT NULL
);
ALTER TABLE public.django_migrations ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.django_migrations_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.django_session (
    session_key character varying(40) NOT NULL,
    session_data text NOT NULL,
    expire_date timestamp with time zone NOT NULL
);
CREATE TABLE public.issuance_attempt (
    id bigint NOT NULL,
    epoch integer NOT NULL,
    body_sha256 character varying(64) NOT NULL,
    idempotency_key uuid NOT NULL,
    started_at timestamp with time zone NOT NULL,
    finished_at timestamp with time zone,
    verdict character varying(20) NOT NULL,
    status smallint,
    code character varying(80) NOT NULL,
    job_id bigint NOT NULL,
    CONSTRAINT finished_attempt_has_a_verdict CHECK ((((finished_at IS NULL) AND ((verdict)::text = ''::text)) OR ((finished_at IS NOT NULL) AND ((verdict)::text > ''::text)))),
    CONSTRAINT issuance_attempt_epoch_check CHECK ((epoch >= 0)),
    CONSTRAINT issuance_attempt_status_check CHECK ((status >= 0))
);
ALTER TABLE public.issuance_attempt ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.issuance_attempt_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.issuance_claimoverride (
    id bigint NOT NULL,
    reason character varying(300) NOT NULL,
    guests_count integer NOT NULL,
    decided_at timestamp with time zone NOT NULL,
    withdrawn_at timestamp with time zone,
    actor_id bigint NOT NULL,
    recipient_list_id bigint NOT NULL,
    withdrawn_by_id bigint,
    CONSTRAINT issuance_claimoverride_guests_count_check CHECK ((guests_count >= 0)),
    CONSTRAINT override_has_a_reason CHECK (((reason)::text > ''::text))
);
ALTER TABLE public.issuance_claimoverride ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.issuance_claimoverride_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.issuance_columnmapping (
    id bigint NOT NULL,
    header_hash character varying(64) NOT NULL,
    mapping jsonb NOT NULL,
    chosen_at timestamp with time zone NOT NULL,
    merchant_id bigint NOT NULL
);
ALTER TABLE public.issuance_columnmapping ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.issuance_columnmapping_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.issuance_event (
    id bigint NOT NULL,
    at timestamp with time zone NOT NULL,
    old_state character varying(20) NOT NULL,
    new_state character varying(20) NOT NULL,
    note character varying(300) NOT NULL,
    actor_id bigint,
    job_id bigint,
    recipient_list_id bigint NOT NULL
);
ALTER TABLE public.issuance_event ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.issuance_event_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.issuance_guestclaim (
    id bigint NOT NULL,
    identity bytea NOT NULL,
    claimed_at timestamp with time zone NOT NULL,
    campaign_id bigint NOT NULL,
    recipient_list_id bigint NOT NULL,
    holds boolean NOT NULL,
    override_id bigint,
    CONSTRAINT second_claim_needs_an_override CHECK ((holds OR (override_id IS NOT NULL)))
);
ALTER TABLE public.issuance_guestclaim ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.issuance_guestclaim_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.issuance_issuancejob (
    id bigint NOT NULL,
    number integer NOT NULL,
    canary boolean NOT NULL,
    total_count integer NOT NULL,
    body bytea NOT NULL,
    body_sha256 character varying(64) NOT NULL,
    idempotency_key uuid NOT NULL,
    state character varying(12) NOT NULL,
    partner_state character varying(40) NOT NULL,
    thanx_id character varying(64),
    epoch integer NOT NULL,
    lease_until timestamp with time zone,
    next_attempt_at timestamp with time zone,
    attempt_count integer NOT NULL,
    crash_count integer NOT NULL,
    in_doubt boolean NOT NULL,
    processed_count integer NOT NULL,
    success_count integer NOT NULL,
    failure_count integer NOT NULL,
    problem_code character varying(80) NOT NULL,
    revoke_reason character varying(300) NOT NULL,
    revoke_sent_at timestamp with time zone,
    planned_at timestamp with time zone NOT NULL,
    first_sent_at timestamp with time zone,
    accepted_at timestamp with time zone,
    ended_at timestamp with time zone,
    revoked_at timestamp with time zone,
    news_at timestamp with time zone,
    merchant_id bigint NOT NULL,
    revoke_requested_by_id bigint,
    variant_id bigint NOT NULL,
    recipient_list_id bigint NOT NULL,
    label character varying(120) NOT NULL,
    missing_reward_ids integer,
    webhooks_due_at timestamp with time zone,
    lost_since timestamp with time zone,
    CONSTRAINT accepted_job_has_thanx_id CHECK (((NOT ((state)::text = ANY ((ARRAY['accepted'::character varying, 'completed'::character varying, 'failed'::character varying, 'revoking'::character varying, 'revoked'::character varying])::text[]))) OR (thanx_id IS NOT NULL))),
    CONSTRAINT accepted_job_says_when CHECK (((NOT ((state)::text = ANY ((ARRAY['accepted'::character varying, 'completed'::character varying, 'failed'::character varying, 'revoking'::character varying, 'revoked'::character varying])::text[]))) OR (accepted_at IS NOT NULL))),
    CONSTRAINT completed_job_adds_up CHECK (((NOT ((state)::text = 'completed'::text)) OR (total_count = (success_count + failure_count)))),
    CONSTRAINT done_job_is_never_due CHECK ((((state)::text = ANY ((ARRAY['ready'::character varying, 'sending'::character varying, 'accepted'::character varying, 'needs_review'::character varying, 'revoking'::character varying])::text[])) OR ((lease_until IS NULL) AND (next_attempt_at IS NULL)))),
    CONSTRAINT doubt_begins_with_a_send CHECK (((NOT in_doubt) OR (first_sent_at IS NOT NULL))),
    CONSTRAINT ended_job_says_when CHECK ((((ended_at IS NULL) AND ((state)::text = ANY ((ARRAY['ready'::character varying, 'sending'::character varying, 'accepted'::character varying])::text[]))) OR ((NOT ((state)::text = ANY ((ARRAY['ready'::character varying, 'sending'::character varying, 'accepted'::character varying])::text[]))) AND (ended_at IS NOT NULL)))),
    CONSTRAINT intent_before_send CHECK (((NOT ((state)::text = 'sending'::text)) OR (first_sent_at IS NOT NULL))),
    CONSTRAINT issuance_issuancejob_attempt_count_check CHECK ((attempt_count >= 0)),
    CONSTRAINT issuance_issuancejob_crash_count_check CHECK ((crash_count >= 0)),
    CONSTRAINT issuance_issuancejob_epoch_check CHECK ((epoch >= 0)),
    CONSTRAINT issuance_issuancejob_failure_count_check CHECK ((failure_count >= 0)),
    CONSTRAINT issuance_issuancejob_missing_reward_ids_check CHECK ((missing_reward_ids >= 0)),
    CONSTRAINT issuance_issuancejob_number_check CHECK ((number >= 0)),
    CONSTRAINT issuance_issuancejob_processed_count_check CHECK ((processed_count >= 0)),
    CONSTRAINT issuance_issuancejob_success_count_check CHECK ((success_count >= 0)),
    CONSTRAINT issuance_issuancejob_total_count_check CHECK ((total_count >= 0)),
    CONSTRAINT job_counts_stay_within_its_guests CHECK (((processed_count <= total_count) AND (total_count >= (success_count + failure_count)))),
    CONSTRAINT job_has_1_to_10000_guests CHECK (((total_count >= 1) AND (total_count <= 10000))),
    CONSTRAINT only_an_end_counts CHECK ((((state)::text = ANY ((ARRAY['completed'::character varying, 'revoking'::character varying, 'revoked'::character varying])::text[])) OR ((failure_count = 0) AND (success_count = 0)))),
    CONSTRAINT problem_has_a_code CHECK (((NOT ((state)::text = ANY ((ARRAY['needs_review'::character varying, 'rejected'::character varying])::text[]))) OR ((problem_code)::text > ''::text))),
    CONSTRAINT revoked_job_says_when CHECK ((((revoked_at IS NOT NULL) AND ((state)::text = 'revoked'::text)) OR ((NOT ((state)::text = 'revoked'::text)) AND (revoked_at IS NULL)))),
    CONSTRAINT unsent_job_was_not_sent CHECK (((NOT ((state)::text = ANY ((ARRAY['ready'::character varying, 'cancelled'::character varying])::text[]))) OR (first_sent_at IS NULL)))
);
ALTER TABLE public.issuance_issuancejob ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.issuance_issuancejob_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.issuance_recipient (
    id bigint NOT NULL,
    "row" integer NOT NULL,
    type character varying(5) NOT NULL,
    value character varying(254) NOT NULL,
    other character varying(254) NOT NULL,
    fixed boolean NOT NULL,
    identity bytea NOT NULL,
    outcome character varying(16) NOT NULL,
    reason character varying(80) NOT NULL,
    "position" integer,
    reward_id character varying(64) NOT NULL,
    job_id bigint,
    variant_id bigint NOT NULL,
    recipient_list_id bigint NOT NULL,
    retry_of_id bigint,
    cells text NOT NULL,
    repeat_of_id bigint,
    repeated_at timestamp with time zone,
    CONSTRAINT control_is_never_in_a_job CHECK (((NOT ((outcome)::text = 'control'::text)) OR (job_id IS NULL))),
    CONSTRAINT issuance_recipient_position_check CHECK (("position" >= 0)),
    CONSTRAINT issuance_recipient_row_check CHECK (("row" >= 0))
);
ALTER TABLE public.issuance_recipient ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.issuance_recipient_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.issuance_recipientlist (
    id bigint NOT NULL,
    uuid uuid NOT NULL,
    name character varying(200) NOT NULL,
    state character varying(20) NOT NULL,
    file character varying(200) NOT NULL,
    pasted boolean NOT NULL,
    file_info jsonb NOT NULL,
    problem character varying(400) NOT NULL,
    epoch integer NOT NULL,
    lease_until timestamp with time zone,
    bytes_total bigint NOT NULL,
    bytes_read bigint NOT NULL,
    rows_count integer NOT NULL,
    waiting_count integer NOT NULL,
    control_count integer NOT NULL,
    rewarded_count integer NOT NULL,
    refused_count integer NOT NULL,
    unknown_count integer NOT NULL,
    already_rewarded_count integer NOT NULL,
    revoked_count integer NOT NULL,
    invalid_count integer NOT NULL,
    duplicate_count integer NOT NULL,
    confirm_token uuid NOT NULL,
    created_at timestamp with time zone NOT NULL,
    checked_at timestamp with time zone,
    launched_at timestamp with time zone,
    held_until timestamp with time zone,
    canary_size integer NOT NULL,
    safety_stop_at timestamp with time zone,
    planned_at timestamp with time zone,
    ended_at timestamp with time zone,
    campaign_id bigint NOT NULL,
    created_by_id bigint,
    launched_by_id bigint,
    merchant_id bigint NOT NULL,
    one_guest boolean NOT NULL,
    parent_id bigint,
    reason character varying(200) NOT NULL,
    undo_column character varying(120) NOT NULL,
    undo_size integer NOT NULL,
    approved_by_id bigint,
    asked_at timestamp with time zone,
    sent_back character varying(300) NOT NULL,
    mapping jsonb NOT NULL,
    crash_count integer NOT NULL,
    tally jsonb NOT NULL,
    repair_order jsonb NOT NULL,
    CONSTRAINT approved_by_another_person CHECK (((approved_by_id IS NULL) OR (NOT ((approved_by_id = launched_by_id) AND (approved_by_id IS NOT NULL) AND (launched_by_id IS NOT NULL))))),
    CONSTRAINT ended_list_says_when CHECK ((((ended_at IS NOT NULL) AND ((state)::text = ANY ((ARRAY['unreadable'::character varying, 'finished'::character varying, 'stopped'::character varying, 'discarded'::character varying])::text[]))) OR ((NOT ((state)::text = ANY ((ARRAY['unreadable'::character varying, 'finished'::character varying, 'stopped'::character varying, 'discarded'::character varying])::text[]))) AND (ended_at IS NULL)))),
    CONSTRAINT issuance_recipientlist_already_rewarded_count_check CHECK ((already_rewarded_count >= 0)),
    CONSTRAINT issuance_recipientlist_canary_size_check CHECK ((canary_size >= 0)),
    CONSTRAINT issuance_recipientlist_control_count_check CHECK ((control_count >= 0)),
    CONSTRAINT issuance_recipientlist_crash_count_check CHECK ((crash_count >= 0)),
    CONSTRAINT issuance_recipientlist_duplicate_count_check CHECK ((duplicate_count >= 0)),
    CONSTRAINT issuance_recipientlist_epoch_check CHECK ((epoch >= 0)),
    CONSTRAINT issuance_recipientlist_invalid_count_check CHECK ((invalid_count >= 0)),
    CONSTRAINT issuance_recipientlist_refused_count_check CHECK ((refused_count >= 0)),
    CONSTRAINT issuance_recipientlist_revoked_count_check CHECK ((revoked_count >= 0)),
    CONSTRAINT issuance_recipientlist_rewarded_count_check CHECK ((rewarded_count >= 0)),
    CONSTRAINT issuance_recipientlist_rows_count_check CHECK ((rows_count >= 0)),
    CONSTRAINT issuance_recipientlist_undo_size_check CHECK ((undo_size >= 0)),
    CONSTRAINT issuance_recipientlist_unknown_count_check CHECK ((unknown_count >= 0)),
    CONSTRAINT issuance_recipientlist_waiting_count_check CHECK ((waiting_count >= 0)),
    CONSTRAINT launched_list_says_when CHECK (((NOT ((state)::text = ANY ((ARRAY['held'::character varying, 'issuing'::character varying])::text[]))) OR (launched_at IS NOT NULL))),
    CONSTRAINT ledger_closes CHECK ((rows_count = ((((((((waiting_count + control_count) + rewarded_count) + refused_count) + unknown_count) + already_rewarded_count) + revoked_count) + invalid_count) + duplicate_count)))
);
ALTER TABLE public.issuance_recipientlist ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.issuance_recipientlist_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.issuance_repair (
    id bigint NOT NULL,
    kind character varying(20) NOT NULL,
    sentence character varying(200) NOT NULL,
    count integer NOT NULL,
    made_at timestamp with time zone NOT NULL,
    undone_at timestamp with time zone,
    made_by_id bigint,
    recipient_list_id bigint NOT NULL,
    undone_by_id bigint,
    CONSTRAINT issuance_repair_count_check CHECK ((count >= 0))
);
ALTER TABLE public.issuance_repair ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.issuance_repair_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.issuance_repairedrow (
    id bigint NOT NULL,
    "row" integer NOT NULL,
    before jsonb NOT NULL,
    repair_id bigint NOT NULL,
    CONSTRAINT issuance_repairedrow_row_check CHECK (("row" >= 0))
);
ALTER TABLE public.issuance_repairedrow ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.issuance_repairedrow_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.issuance_resolution (
    id bigint NOT NULL,
    verdict character varying(14) NOT NULL,
    thanx_id character varying(64) NOT NULL,
    evidence character varying(300) NOT NULL,
    proposed_at timestamp with time zone NOT NULL,
    confirmed_at timestamp with time zone,
    confirmed_by_id bigint,
    job_id bigint NOT NULL,
    proposed_by_id bigint NOT NULL,
    CONSTRAINT confirmed_by_another_person CHECK (((confirmed_by_id IS NULL) OR (NOT ((confirmed_by_id = proposed_by_id) AND (confirmed_by_id IS NOT NULL))))),
    CONSTRAINT linked_has_an_id CHECK (((((thanx_id)::text > ''::text) AND ((verdict)::text = 'linked'::text)) OR (((thanx_id)::text = ''::text) AND ((verdict)::text = 'never_executed'::text))))
);
ALTER TABLE public.issuance_resolution ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.issuance_resolution_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.issuance_rowerror (
    id bigint NOT NULL,
    "row" integer NOT NULL,
    kind character varying(9) NOT NULL,
    code character varying(60) NOT NULL,
    "column" character varying(120) NOT NULL,
    cells jsonb NOT NULL,
    recipient_list_id bigint NOT NULL,
    identity bytea,
    CONSTRAINT issuance_rowerror_row_check CHECK (("row" >= 0))
);
ALTER TABLE public.issuance_rowerror ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.issuance_rowerror_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.issuance_sendinghold (
    id bigint NOT NULL,
    in_force boolean NOT NULL,
    raised_at timestamp with time zone NOT NULL,
    reason character varying(300) NOT NULL,
    forgotten_count bigint NOT NULL,
    lifted_at timestamp with time zone,
    lift_reason character varying(300) NOT NULL,
    lifted_by_id bigint,
    raised_by_id bigint,
    CONSTRAINT hold_has_a_reason CHECK (((reason)::text > ''::text)),
    CONSTRAINT hold_is_lifted_by_somebody_for_a_reason CHECK (((in_force AND (lifted_at IS NULL) AND (lifted_by_id IS NULL)) OR ((NOT in_force) AND ((lift_reason)::text > ''::text) AND (lifted_at IS NOT NULL) AND (lifted_by_id IS NOT NULL))))
);
ALTER TABLE public.issuance_sendinghold ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.issuance_sendinghold_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.issuance_webhookdelivery (
    id bigint NOT NULL,
    sha256 character varying(64) NOT NULL,
    event character varying(80) NOT NULL,
    thanx_job_id character varying(64) NOT NULL,
    thanx_merchant_id character varying(64) NOT NULL,
    "position" integer,
    reward_id character varying(64) NOT NULL,
    received_at timestamp with time zone NOT NULL,
    received_count integer NOT NULL,
    state character varying(11) NOT NULL,
    due_at timestamp with time zone,
    note character varying(200) NOT NULL,
    CONSTRAINT issuance_webhookdelivery_position_check CHECK (("position" >= 0)),
    CONSTRAINT issuance_webhookdelivery_received_count_check CHECK ((received_count >= 0)),
    CONSTRAINT settled_delivery_is_never_due CHECK (((due_at IS NULL) OR ((state)::text = ANY ((ARRAY['new'::character varying, 'quarantined'::character varying])::text[]))))
);
ALTER TABLE public.issuance_webhookdelivery ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.issuance_webhookdelivery_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.mfa_authenticator (
    id bigint NOT NULL,
    type character varying(20) NOT NULL,
    data jsonb NOT NULL,
    user_id bigint NOT NULL,
    created_at timestamp with time zone NOT NULL,
    last_used_at timestamp with time zone
);
ALTER TABLE public.mfa_authenticator ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.mfa_authenticator_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.partner_apirequest (
    id bigint NOT NULL,
    at timestamp with time zone NOT NULL,
    method character varying(6) NOT NULL,
    path character varying(300) NOT NULL,
    status smallint,
    code character varying(80) NOT NULL,
    duration_ms integer NOT NULL,
    merchant_id character varying(64) NOT NULL,
    CONSTRAINT partner_apirequest_duration_ms_check CHECK ((duration_ms >= 0)),
    CONSTRAINT partner_apirequest_status_check CHECK ((status >= 0))
);
ALTER TABLE public.partner_apirequest ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.partner_apirequest_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.partner_credential (
    id bigint NOT NULL,
    client_id character varying(200) NOT NULL,
    peak_tat double precision NOT NULL,
    sustained_tat double precision NOT NULL,
    blocked_until double precision NOT NULL,
    throttled_in_a_row integer NOT NULL,
    refused_at timestamp with time zone,
    scopes jsonb NOT NULL,
    synced_at timestamp with time zone,
    sync_asked_at timestamp with time zone,
    probed_at timestamp with time zone,
    sent_count bigint NOT NULL,
    uuid uuid NOT NULL,
    CONSTRAINT partner_credential_throttled_in_a_row_check CHECK ((throttled_in_a_row >= 0))
);
ALTER TABLE public.partner_credential ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.partner_credential_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
INSERT INTO public.auth_permission VALUES
	(1, 'Can add merchant', 1, 'add_merchant'),
	(2, 'Can change merchant', 1, 'change_merchant'),
	(3, 'Can delete merchant', 1, 'delete_merchant'),
	(4, 'Can view merchant', 1, 'view_merchant'),
	(5, 'Can add user', 2, 'add_user'),
	(6, 'Can change user', 2, 'change_user'),
	(7, 'Can delete user', 2, 'delete_user'),
	(8, 'Can view user', 2, 'view_user'),
	(9, 'Can add membership', 3, 'add_membership'),
	(10, 'Can change membership', 3, 'change_membership'),
	(11, 'Can delete membership', 3, 'delete_membership'),
	(12, 'Can view membership', 3, 'view_membership'),
	(13, 'Can add activity', 4, 'add_activity'),
	(14, 'Can change activity', 4, 'change_activity'),
	(15, 'Can delete activity', 4, 'delete_activity'),
	(16, 'Can view activity', 4, 'view_activity'),
	(17, 'Can add invitation', 5, 'add_invitation'),
	(18, 'Can change invitation', 5, 'change_invitation'),
	(19, 'Can delete invitation', 5, 'delete_invitation'),
	(20, 'Can view invitation', 5, 'view_invitation'),
	(21, 'Can add notification', 6, 'add_notification'),
	(22, 'Can change notification', 6, 'change_notification'),
	(23, 'Can delete notification', 6, 'delete_notification'),
	(24, 'Can view notification', 6, 'view_notification'),
	(25, 'Can add notification choice', 7, 'add_notificationchoice'),
	(26, 'Can change notification choice', 7, 'change_notificationchoice'),
	(27, 'Can delete notification choice', 7, 'delete_notificationchoice'),
	(28, 'Can view notification choice', 7, 'view_notificationchoice'),
	(29, 'Can add API request', 8, 'add_apirequest'),
	(30, 'Can change API request', 8, 'change_apirequest'),
	(31, 'Can delete API request', 8, 'delete_apirequest'),
	(32, 'Can view API request', 8, 'view_apirequest'),
	(33, 'Can add credential', 9, 'add_credential'),
	(34, 'Can change credential', 9, 'change_credential'),
	(35, 'Can delete credential', 9, 'delete_credential'),
	(36, 'Can view credential', 9, 'view_credential'),
	(37, 'Can add campaign', 10, 'add_campaign'),
	(38, 'Can change campaign', 10, 'change_campaign'),
	(39, 'Can delete campaign', 10, 'delete_campaign'),
	(40, 'Can view campaign', 10, 'view_campaign'),
	(41, 'Can add location', 11, 'add_location'),
	(42, 'Can change location', 11, 'change_location'),
	(43, 'Can delete location', 11, 'delete_location'),
	(44, 'Can view location', 11, 'view_location'),
	(45, 'Can add reward template', 12, 'add_rewardtemplate'),
	(46, 'Can change reward template', 12, 'change_rewardtemplate'),
	(47, 'Can delete reward template', 12, 'delete_rewardtemplate'),
	(48, 'Can view reward template', 12, 'view_rewardtemplate'),
	(49, 'Can add variant', 13, 'add_variant'),
	(50, 'Can change variant', 13, 'change_variant'),
	(51, 'Can delete variant', 13, 'delete_variant'),
	(52, 'Can view variant', 13, 'view_variant'),
	(53, 'Can add template change', 14, 'add_templatechange'),
	(54, 'Can change template change', 14, 'change_templatechange'),
	(55, 'Can delete template change', 14, 'delete_templatechange'),
	(56, 'Can view template change', 14, 'view_templatechange'),
	(57, 'Can add issuance job', 15, 'add_issuancejob'),
	(58, 'Can change issuance job', 15, 'change_issuancejob'),
	(59, 'Can delete issuance job', 15, 'delete_issuancejob'),
	(60, 'Can view issuance job', 15, 'view_issuancejob'),
	(61, 'Can revoke issuance jobs', 15, 'revoke_issuancejob'),
	(62, 'Can return parked jobs to work', 15, 'unpark_issuancejob'),
	(63, 'Can add attempt', 16, 'add_attempt'),
	(64, 'Can change attempt', 16, 'change_attempt'),
	(65, 'Can delete attempt', 16, 'delete_attempt'),
	(66, 'Can view attempt', 16, 'view_attempt'),
	(67, 'Can add recipient list', 17, 'add_recipientlist'),
	(68, 'Can change recipient list', 17, 'change_recipientlist'),
	(69, 'Can delete recipient list', 17, 'delete_recipientlist'),
	(70, 'Can view recipient list', 17, 'view_recipientlist'),
	(71, 'Can add recipient', 18, 'add_recipient'),
	(72, 'Can change recipient', 18, 'change_recipient'),
	(73, 'Can delete recipient', 18, 'delete_recipient'),
	(74, 'Can view recipient', 18, 'view_recipient'),
	(75, 'Can add guest claim', 19, 'add_guestclaim'),
	(76, 'Can change guest claim', 19, 'change_guestclaim'),
	(77, 'Can delete guest claim', 19, 'delete_guestclaim'),
	(78, 'Can view guest claim', 19, 'view_guestclaim'),
	(79, 'Can add event', 20, 'add_event'),
	(80, 'Can change event', 20, 'change_event'),
	(81, 'Can delete event', 20, 'delete_event'),
	(82, 'Can view event', 20, 'view_event'),
	(83, 'Can add row error', 21, 'add_rowerror'),
	(84, 'Can change row error', 21, 'change_rowerror'),
	(85, 'Can delete row error', 21, 'delete_rowerror'),
	(86, 'Can view row error', 21, 'view_rowerror'),
	(87, 'Can add webhook delivery', 22, 'add_webhookdelivery'),
	(88, 'Can change webhook delivery', 22, 'change_webhookdelivery'),
	(89, 'Can delete webhook delivery', 22, 'delete_webhookdelivery'),
	(90, 'Can view webhook delivery', 22, 'view_webhookdelivery'),
	(91, 'Can add resolution', 23, 'add_resolution'),
	(92, 'Can change resolution', 23, 'change_resolution'),
	(93, 'Can delete resolution', 23, 'delete_resolution'),
	(94, 'Can view resolution', 23, 'view_resolution'),
	(95, 'Can confirm resolutions of others', 23, 'confirm_resolution'),
	(96, 'Can add repair', 24, 'add_repair'),
	(97, 'Can change repair', 24, 'change_repair'),
	(98, 'Can delete repair', 24, 'delete_repair'),
	(99, 'Can view repair', 24, 'view_repair'),
	(100, 'Can add repaired row', 25, 'add_repairedrow'),
	(101, 'Can change repaired row', 25, 'change_repairedrow'),
	(102, 'Can delete repaired row', 25, 'delete_repairedrow'),
	(103, 'Can view repaired row', 25, 'view_repairedrow'),
	(104, 'Can add claim override', 26, 'add_claimoverride'),
	(105, 'Can change claim override', 26, 'change_claimoverride'),
	(106, 'Can delete claim override', 26, 'delete_claimoverride'),
	(107, 'Can view claim override', 26, 'view_claimoverride'),
	(108, 'Can add column mapping', 27, 'add_columnmapping'),
	(109, 'Can change column mapping', 27, 'change_columnmapping'),
	(110, 'Can delete column mapping', 27, 'delete_columnmapping'),
	(111, 'Can view column mapping', 27, 'view_columnmapping'),
	(112, 'Can add sending hold', 28, 'add_sendinghold'),
	(113, 'Can change sending hold', 28, 'change_sendinghold'),
	(114, 'Can delete sending hold', 28, 'delete_sendinghold'),
	(115, 'Can view sending hold', 28, 'view_sendinghold'),
	(116, 'Can lift sending holds', 28, 'lift_sendinghold'),
	(117, 'Can add email address', 29, 'add_emailaddress'),
	(118, 'Can change email address', 29, 'change_emailaddress'),
	(119, 'Can delete email address', 29, 'delete_emailaddress'),
	(120, 'Can view email address', 29, 'view_emailaddress'),
	(121, 'Can add email confirmation', 30, 'add_emailconfirmation'),
	(122, 'Can change email confirmation', 30, 'change_emailconfirmation'),
	(123, 'Can delete email confirmation', 30, 'delete_emailconfirmation'),
	(124, 'Can view email confirmation', 30, 'view_emailconfirmation'),
	(125, 'Can add authenticator', 31, 'add_authenticator'),
	(126, 'Can change authenticator', 31, 'change_authenticator'),
	(127, 'Can delete authenticator', 31, 'delete_authenticator'),
	(128, 'Can view authenticator', 31, 'view_authenticator'),
	(129, 'Can add log entry', 32, 'add_logentry'),
	(130, 'Can change log entry', 32, 'change_logentry'),
	(131, 'Can delete log entry', 32, 'delete_logentry'),
	(132, 'Can view log entry', 32, 'view_logentry'),
	(133, 'Can add permission', 33, 'add_permission'),
	(134, 'Can change permission', 33, 'change_permission'),
	(135, 'Can delete permission', 33, 'delete_permission'),
	(136, 'Can view permission', 33, 'view_permission'),
	(137, 'Can add group', 34, 'add_group'),
	(138, 'Can change group', 34, 'change_group'),
	(139, 'Can delete group', 34, 'delete_group'),
	(140, 'Can view group', 34, 'view_group'),
	(141, 'Can add content type', 35, 'add_contenttype'),
	(142, 'Can change content type', 35, 'change_contenttype'),
	(143, 'Can delete content type', 35, 'delete_contenttype'),
	(144, 'Can view content type', 35, 'view_contenttype'),
	(145, 'Can add session', 36, 'add_session'),
	(146, 'Can change session', 36, 'change_session'),
	(147, 'Can delete session', 36, 'delete_session'),
	(148, 'Can view session', 36, 'view_session');
INSERT INTO public.django_content_type VALUES
	(1, 'accounts', 'merchant'),
	(2, 'accounts', 'user'),
	(3, 'accounts', 'membership'),
	(4, 'accounts', 'activity'),
	(5, 'accounts', 'invitation'),
	(6, 'accounts', 'notification'),
	(7, 'accounts', 'notificationchoice'),
	(8, 'partner', 'apirequest'),
	(9, 'partner', 'credential'),
	(10, 'campaigns', 'campaign'),
	(11, 'campaigns', 'location'),
	(12, 'campaigns', 'rewardtemplate'),
	(13, 'campaigns', 'variant'),
	(14, 'campaigns', 'templatechange'),
	(15, 'issuance', 'issuancejob'),
	(16, 'issuance', 'attempt'),
	(17, 'issuance', 'recipientlist'),
	(18, 'issuance', 'recipient'),
	(19, 'issuance', 'guestclaim'),
	(20, 'issuance', 'event'),
	(21, 'issuance', 'rowerror'),
	(22, 'issuance', 'webhookdelivery'),
	(23, 'issuance', 'resolution'),
	(24, 'issuance', 'repair'),
	(25, 'issuance', 'repairedrow'),
	(26, 'issuance', 'claimoverride'),
	(27, 'issuance', 'columnmapping'),
	(28, 'issuance', 'sendinghold'),
	(29, 'account', 'emailaddress'),
	(30, 'account', 'emailconfirmation'),
	(31, 'mfa', 'authenticator'),
	(32, 'admin', 'logentry'),
	(33, 'auth', 'permission'),
	(34, 'auth', 'group'),
	(35, 'contenttypes', 'contenttype'),
	(36, 'sessions', 'session');
INSERT INTO public.django_migrations VALUES
	(1, 'contenttypes', '0001_initial', '2026-11-28 00:00:00+00'),
	(2, 'contenttypes', '0002_remove_content_type_name', '2026-11-28 00:00:00+00'),
	(3, 'auth', '0001_initial', '2026-11-28 00:00:00+00'),
	(4, 'auth', '0002_alter_permission_name_max_length', '2026-11-28 00:00:00+00'),
	(5, 'auth', '0003_alter_user_email_max_length', '2026-11-28 00:00:00+00'),
	(6, 'auth', '0004_alter_user_username_opts', '2026-11-28 00:00:00+00'),
	(7, 'auth', '0005_alter_user_last_login_null', '2026-11-28 00:00:00+00'),
	(8, 'auth', '0006_require_contenttypes_0002', '2026-11-28 00:00:00+00'),
	(9, 'auth', '0007_alter_validators_add_error_messages', '2026-11-28 00:00:00+00'),
	(10, 'auth', '0008_alter_user_username_max_length', '2026-11-28 00:00:00+00'),
	(11, 'auth', '0009_alter_user_last_name_max_length', '2026-11-28 00:00:00+00'),
	(12, 'auth', '0010_alter_group_name_max_length', '2026-11-28 00:00:00+00'),
	(13, 'auth', '0011_update_proxy_permissions', '2026-11-28 00:00:00+00'),
	(14, 'auth', '0012_alter_user_first_name_max_length', '2026-11-28 00:00:00+00'),
	(15, 'accounts', '0001_initial', '2026-11-28 00:00:00+00'),
	(16, 'account', '0001_initial', '2026-11-28 00:00:00+00'),
	(17, 'account', '0002_email_max_length', '2026-11-28 00:00:00+00'),
	(18, 'account', '0003_alter_emailaddress_create_unique_verified_email', '2026-11-28 00:00:00+00'),
	(19, 'account', '0004_alter_emailaddress_drop_unique_email', '2026-11-28 00:00:00+00'),
	(20, 'account', '0005_emailaddress_idx_upper_email', '2026-11-28 00:00:00+00'),
	(21, 'account', '0006_emailaddress_lower', '2026-11-28 00:00:00+00'),
	(22, 'account', '0007_emailaddress_idx_email', '2026-11-28 00:00:00+00'),
	(23, 'account', '0008_emailaddress_unique_primary_email_fixup', '2026-11-28 00:00:00+00'),
	(24, 'account', '0009_emailaddress_unique_primary_email', '2026-11-28 00:00:00+00'),
	(25, 'accounts', '0002_merchant_settings', '2026-11-28 00:00:00+00'),
	(26, 'accounts', '0003_invitations_and_notifications', '2026-11-28 00:00:00+00'),
	(27, 'accounts', '0004_told_of_unread_lists', '2026-11-28 00:00:00+00'),
	(28, 'admin', '0001_initial', '2026-11-28 00:00:00+00'),
	(29, 'admin', '0002_logentry_remove_auto_add', '2026-11-28 00:00:00+00'),
	(30, 'admin', '0003_logentry_add_action_flag_choices', '2026-11-28 00:00:00+00'),
	(31, 'campaigns', '0001_initial', '2026-11-28 00:00:00+00'),
	(32, 'campaigns', '0002_planning_and_template_changes', '2026-11-28 00:00:00+00'),
	(33, 'issuance', '0001_initial', '2026-11-28 00:00:00+00'),
	(34, 'issuance', '0002_guards', '2026-11-28 00:00:00+00'),
	(35, 'issuance', '0003_webhook_deliveries', '2026-11-28 00:00:00+00'),
	(36, 'issuance', '0004_resolution', '2026-11-28 00:00:00+00'),
	(37, 'issuance', '0005_undo_units_and_retries', '2026-11-28 00:00:00+00'),
	(38, 'issuance', '0006_row_repairs', '2026-11-28 00:00:00+00'),
	(39, 'issuance', '0007_claim_overrides', '2026-11-28 00:00:00+00'),
	(40, 'issuance', '0008_approval', '2026-11-28 00:00:00+00'),
	(41, 'issuance', '0009_reading_choices', '2026-11-28 00:00:00+00'),
	(42, 'issuance', '0010_crashes_of_lists', '2026-11-28 00:00:00+00'),
	(43, 'issuance', '0011_sending_holds', '2026-11-28 00:00:00+00'),
	(44, 'issuance', '0012_fixed_guests', '2026-11-28 00:00:00+00'),
	(45, 'issuance', '0013_list_tally', '2026-11-28 00:00:00+00'),
	(46, 'issuance', '0014_guests_without_lookups', '2026-11-28 00:00:00+00'),
	(47, 'issuance', '0015_what_a_state_says', '2026-11-28 00:00:00+00'),
	(48, 'issuance', '0016_large_repairs', '2026-11-28 00:00:00+00'),
	(49, 'issuance', '0017_lost_jobs', '2026-11-28 00:00:00+00'),
	(50, 'mfa', '0001_initial', '2026-11-28 00:00:00+00'),
	(51, 'mfa', '0002_authenticator_timestamps', '2026-11-28 00:00:00+00'),
	(52, 'mfa', '0003_authenticator_type_uniq', '2026-11-28 00:00:00+00'),
	(53, 'partner', '0001_initial', '2026-11-28 00:00:00+00'),
	(54, 'partner', '0002_sends_and_probes', '2026-11-28 00:00:00+00'),
	(55, 'partner', '0003_asked_in_vain', '2026-11-28 00:00:00+00'),
	(56, 'sessions', '0001_initial', '2026-11-28 00:00:00+00');
SELECT pg_catalog.setval('public.account_emailaddress_id_seq', 1, false);
SELECT pg_catalog.setval('public.account_emailconfirmation_id_seq', 1, false);
SELECT pg_catalog.setval('public.accounts_activity_id_seq', 1, false);
SELECT pg_catalog.setval('public.accounts_invitation_id_seq', 1, false);
SELECT pg_catalog.setval('public.accounts_membership_id_seq', 1, false);
SELECT pg_catalog.setval('public.accounts_merchant_id_seq', 1, false);
SELECT pg_catalog.setval('public.accounts_notification_id_seq', 1, false);
SELECT pg_catalog.setval('public.accounts_notificationchoice_id_seq', 1, false);
SELECT pg_catalog.setval('public.accounts_user_groups_id_seq', 1, false);
SELECT pg_catalog.setval('public.accounts_user_id_seq', 1, false);
SELECT pg_catalog.setval('public.accounts_user_user_permissions_id_seq', 1, false);
SELECT pg_catalog.setval('public.auth_group_id_seq', 1, false);
SELECT pg_catalog.setval('public.auth_group_permissions_id_seq', 1, false);
SELECT pg_catalog.setval('public.auth_permission_id_seq', 148, true);
SELECT pg_catalog.setval('public.campaigns_campaign_id_seq', 1, false);
SELECT pg_catalog.setval('public.campaigns_location_id_seq', 1, false);
SELECT pg_catalog.setval('public.campaigns_rewardtemplate_id_seq', 1, false);
SELECT pg_catalog.setval('public.campaigns_templatechange_id_seq', 1, false);
SELECT pg_catalog.setval('public.campaigns_variant_id_seq', 1, false);
SELECT pg_catalog.setval('public.django_admin_log_id_seq', 1, false);
SELECT pg_catalog.setval('public.django_content_type_id_seq', 36, true);
SELECT pg_catalog.setval('public.django_migrations_id_seq', 56, true);
SELECT pg_catalog.setval('public.issuance_attempt_id_seq', 1, false);
SELECT pg_catalog.setval('public.issuance_claimoverride_id_seq', 1, false);
SELECT pg_catalog.setval('public.issuance_columnmapping_id_seq', 1, false);
SELECT pg_catalog.setval('public.issuance_event_id_seq', 1, false);
SELECT pg_catalog.setval('public.issuance_guestclaim_id_seq', 1, false);
SELECT pg_catalog.setval('public.issuance_issuancejob_id_seq', 1, false);
SELECT pg_catalog.setval('public.issuance_recipient_id_seq', 1, false);
SELECT pg_catalog.setval('public.issuance_recipientlist_id_seq', 1, false);
SELECT pg_catalog.setval('public.issuance_repair_id_seq', 1, false);
SELECT pg_catalog.setval('public.issuance_repairedrow_id_seq', 1, false);
SELECT pg_catalog.setval('public.issuance_resolution_id_seq', 1, false);
SELECT pg_catalog.setval('public.issuance_rowerror_id_seq', 1, false);
SELECT pg_catalog.setval('public.issuance_sendinghold_id_seq', 1, false);
SELECT pg_catalog.setval('public.issuance_webhookdelivery_id_seq', 1, false);
SELECT pg_catalog.setval('public.mfa_authenticator_id_seq', 1, false);
SELECT pg_catalog.setval('public.partner_apirequest_id_seq', 1, false);
SELECT pg_catalog.setval('public.partner_credential_id_seq', 1, false);
ALTER TABLE ONLY public.account_emailaddress
    ADD CONSTRAINT account_emailaddress_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.account_emailaddress
    ADD CONSTRAINT account_emailaddress_user_id_email_987c8728_uniq UNIQUE (user_id, email);
ALTER TABLE ONLY public.account_emailconfirmation
    ADD CONSTRAINT account_emailconfirmation_key_key UNIQUE (key);
ALTER TABLE ONLY public.account_emailconfirmation
    ADD CONSTRAINT account_emailconfirmation_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.accounts_activity
    ADD CONSTRAINT accounts_activity_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.accounts_invitation
    ADD CONSTRAINT accounts_invitation_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.accounts_membership
    ADD CONSTRAINT accounts_membership_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.accounts_merchant
    ADD CONSTRAINT accounts_merchant_handle_key UNIQUE (handle);
ALTER TABLE ONLY public.accounts_merchant
    ADD CONSTRAINT accounts_merchant_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.accounts_merchant
    ADD CONSTRAINT accounts_merchant_thanx_id_key UNIQUE (thanx_id);
ALTER TABLE ONLY public.accounts_notification
    ADD CONSTRAINT accounts_notification_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.accounts_notificationchoice
    ADD CONSTRAINT accounts_notificationchoice_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.accounts_user
    ADD CONSTRAINT accounts_user_email_key UNIQUE (email);
ALTER TABLE ONLY public.accounts_user_groups
    ADD CONSTRAINT accounts_user_groups_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.accounts_user_groups
    ADD CONSTRAINT accounts_user_groups_user_id_group_id_59c0b32f_uniq UNIQUE (user_id, group_id);
ALTER TABLE ONLY public.accounts_user
    ADD CONSTRAINT accounts_user_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.accounts_user_user_permissions
    ADD CONSTRAINT accounts_user_user_permi_user_id_permission_id_2ab516c2_uniq UNIQUE (user_id, permission_id);
ALTER TABLE ONLY public.accounts_user_user_permissions
    ADD CONSTRAINT accounts_user_user_permissions_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.auth_group
    ADD CONSTRAINT auth_group_name_key UNIQUE (name);
ALTER TABLE ONLY public.auth_group_permissions
    ADD CONSTRAINT auth_group_permissions_group_id_permission_id_0cd325b0_uniq UNIQUE (group_id, permission_id);
ALTER TABLE ONLY public.auth_group_permissions
    ADD CONSTRAINT auth_group_permissions_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.auth_group
    ADD CONSTRAINT auth_group_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.auth_permission
    ADD CONSTRAINT auth_permission_content_type_id_codename_01ab375a_uniq UNIQUE (content_type_id, codename);
ALTER TABLE ONLY public.auth_permission
    ADD CONSTRAINT auth_permission_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.campaigns_campaign
    ADD CONSTRAINT campaigns_campaign_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.campaigns_campaign
    ADD CONSTRAINT campaigns_campaign_uuid_key UNIQUE (uuid);
ALTER TABLE ONLY public.campaigns_location
    ADD CONSTRAINT campaigns_location_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.campaigns_location
    ADD CONSTRAINT campaigns_location_thanx_id_key UNIQUE (thanx_id);
ALTER TABLE ONLY public.campaigns_rewardtemplate
    ADD CONSTRAINT campaigns_rewardtemplate_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.campaigns_templatechange
    ADD CONSTRAINT campaigns_templatechange_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.campaigns_variant
    ADD CONSTRAINT campaigns_variant_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.django_admin_log
    ADD CONSTRAINT django_admin_log_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.django_content_type
    ADD CONSTRAINT django_content_type_app_label_model_76bd3d3b_uniq UNIQUE (app_label, model);
ALTER TABLE ONLY public.django_content_type
    ADD CONSTRAINT django_content_type_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.django_migrations
    ADD CONSTRAINT django_migrations_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.django_session
    ADD CONSTRAINT django_session_pkey PRIMARY KEY (session_key);
ALTER TABLE ONLY public.issuance_attempt
    ADD CONSTRAINT issuance_attempt_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.issuance_claimoverride
    ADD CONSTRAINT issuance_claimoverride_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.issuance_columnmapping
    ADD CONSTRAINT issuance_columnmapping_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.issuance_event
    ADD CONSTRAINT issuance_event_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.issuance_guestclaim
    ADD CONSTRAINT issuance_guestclaim_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.issuance_issuancejob
    ADD CONSTRAINT issuance_issuancejob_idempotency_key_key UNIQUE (idempotency_key);
ALTER TABLE ONLY public.issuance_issuancejob
    ADD CONSTRAINT issuance_issuancejob_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.issuance_issuancejob
    ADD CONSTRAINT issuance_issuancejob_thanx_id_key UNIQUE (thanx_id);
ALTER TABLE ONLY public.issuance_recipient
    ADD CONSTRAINT issuance_recipient_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.issuance_recipientlist
    ADD CONSTRAINT issuance_recipientlist_confirm_token_key UNIQUE (confirm_token);
ALTER TABLE ONLY public.issuance_recipientlist
    ADD CONSTRAINT issuance_recipientlist_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.issuance_recipientlist
    ADD CONSTRAINT issuance_recipientlist_uuid_key UNIQUE (uuid);
ALTER TABLE ONLY public.issuance_repair
    ADD CONSTRAINT issuance_repair_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.issuance_repairedrow
    ADD CONSTRAINT issuance_repairedrow_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.issuance_resolution
    ADD CONSTRAINT issuance_resolution_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.issuance_rowerror
    ADD CONSTRAINT issuance_rowerror_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.issuance_sendinghold
    ADD CONSTRAINT issuance_sendinghold_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.issuance_webhookdelivery
    ADD CONSTRAINT issuance_webhookdelivery_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.mfa_authenticator
    ADD CONSTRAINT mfa_authenticator_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.accounts_notificationchoice
    ADD CONSTRAINT one_choice_per_kind UNIQUE (person_id, kind);
ALTER TABLE ONLY public.issuance_guestclaim
    ADD CONSTRAINT one_claim_per_list_and_guest UNIQUE (recipient_list_id, identity);
ALTER TABLE ONLY public.issuance_webhookdelivery
    ADD CONSTRAINT one_delivery_per_body UNIQUE (sha256);
ALTER TABLE ONLY public.issuance_rowerror
    ADD CONSTRAINT one_error_per_row UNIQUE (recipient_list_id, "row");
ALTER TABLE ONLY public.issuance_issuancejob
    ADD CONSTRAINT one_job_per_number UNIQUE (recipient_list_id, number);
ALTER TABLE ONLY public.issuance_columnmapping
    ADD CONSTRAINT one_mapping_per_header UNIQUE (merchant_id, header_hash);
ALTER TABLE ONLY public.accounts_membership
    ADD CONSTRAINT one_membership_per_merchant UNIQUE (user_id, merchant_id);
ALTER TABLE ONLY public.issuance_recipient
    ADD CONSTRAINT one_recipient_per_row UNIQUE (recipient_list_id, "row");
ALTER TABLE ONLY public.issuance_repairedrow
    ADD CONSTRAINT one_repaired_row UNIQUE (repair_id, "row");
ALTER TABLE ONLY public.campaigns_rewardtemplate
    ADD CONSTRAINT one_template_per_merchant UNIQUE (merchant_id, thanx_id);
ALTER TABLE ONLY public.campaigns_variant
    ADD CONSTRAINT one_variant_per_name UNIQUE (campaign_id, name);
ALTER TABLE ONLY public.campaigns_variant
    ADD CONSTRAINT one_variant_per_position UNIQUE (campaign_id, "position");
ALTER TABLE ONLY public.partner_apirequest
    ADD CONSTRAINT partner_apirequest_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.partner_credential
    ADD CONSTRAINT partner_credential_client_id_key UNIQUE (client_id);
ALTER TABLE ONLY public.partner_credential
    ADD CONSTRAINT partner_credential_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.accounts_notification
    ADD CONSTRAINT told_once UNIQUE (person_id, key);
CREATE INDEX account_emailaddress_email_03be32b2 ON public.account_emailaddress USING btree (email);
CREATE INDEX account_emailaddress_email_03be32b2_like ON public.account_emailaddress USING btree (email varchar_pattern_ops);
CREATE INDEX account_emailaddress_user_id_2c513194 ON public.account_emailaddress USING btree (user_id);
CREATE INDEX account_emailconfirmation_email_address_id_5b7f8c58 ON public.account_emailconfirmation USING btree (email_address_id);
CREATE INDEX account_emailconfirmation_key_f43612bd_like ON public.account_emailconfirmation USING btree (key varchar_pattern_ops);
CREATE INDEX accounts_ac_merchan_bcdaf5_idx ON public.accounts_activity USING btree (merchant_id, id DESC);
CREATE INDEX accounts_activity_actor_id_97132b84 ON public.accounts_activity USING btree (actor_id);
CREATE INDEX accounts_activity_merchant_id_7efaa765 ON public.accounts_activity USING btree (merchant_id);
CREATE INDEX accounts_invitation_invited_by_id_94a21efc ON public.accounts_invitation USING btree (invited_by_id);
CREATE INDEX accounts_invitation_merchant_id_5e220594 ON public.accounts_invitation USING btree (merchant_id);
CREATE INDEX accounts_membership_merchant_id_948db13e ON public.accounts_membership USING btree (merchant_id);
CREATE INDEX accounts_membership_user_id_487fb39e ON public.accounts_membership USING btree (user_id);
CREATE INDEX accounts_merchant_handle_42037f62_like ON public.accounts_merchant USING btree (handle varchar_pattern_ops);
CREATE INDEX accounts_merchant_thanx_id_348d32a5_like ON public.accounts_merchant USING btree (thanx_id varchar_pattern_ops);
CREATE INDEX accounts_no_person__fd1bb6_idx ON public.accounts_notification USING btree (person_id, id DESC);
CREATE INDEX accounts_notification_merchant_id_67d0ce0a ON public.accounts_notification USING btree (merchant_id);
CREATE INDEX accounts_notification_person_id_d906de46 ON public.accounts_notification USING btree (person_id);
CREATE INDEX accounts_notificationchoice_person_id_dc62e8a7 ON public.accounts_notificationchoice USING btree (person_id);
CREATE INDEX accounts_user_email_b2644a56_like ON public.accounts_user USING btree (email varchar_pattern_ops);
CREATE INDEX accounts_user_groups_group_id_bd11a704 ON public.accounts_user_groups USING btree (group_id);
CREATE INDEX accounts_user_groups_user_id_52b62117 ON public.accounts_user_groups USING btree (user_id);
CREATE INDEX accounts_user_user_permissions_permission_id_113bb443 ON public.accounts_user_user_permissions USING btree (permission_id);
CREATE INDEX accounts_user_user_permissions_user_id_e4f0a161 ON public.accounts_user_user_permissions USING btree (user_id);
CREATE INDEX auth_group_name_a6ea08ec_like ON public.auth_group USING btree (name varchar_pattern_ops);
CREATE INDEX auth_group_permissions_group_id_b120cbf9 ON public.auth_group_permissions USING btree (group_id);
CREATE INDEX auth_group_permissions_permission_id_84c5c92e ON public.auth_group_permissions USING btree (permission_id);
CREATE INDEX auth_permission_content_type_id_2f476e4b ON public.auth_permission USING btree (content_type_id);
CREATE INDEX campaigns_c_merchan_4cd172_idx ON public.campaigns_campaign USING btree (merchant_id, id DESC);
CREATE INDEX campaigns_campaign_created_by_id_11fada74 ON public.campaigns_campaign USING btree (created_by_id);
CREATE INDEX campaigns_campaign_merchant_id_3af0030a ON public.campaigns_campaign USING btree (merchant_id);
CREATE INDEX campaigns_location_merchant_id_7d728b81 ON public.campaigns_location USING btree (merchant_id);
CREATE INDEX campaigns_location_thanx_id_ed538372_like ON public.campaigns_location USING btree (thanx_id varchar_pattern_ops);
CREATE INDEX campaigns_rewardtemplate_merchant_id_58c2dac8 ON public.campaigns_rewardtemplate USING btree (merchant_id);
CREATE INDEX campaigns_t_templat_e39d28_idx ON public.campaigns_templatechange USING btree (template_id, id DESC);
CREATE INDEX campaigns_templatechange_template_id_797f82cf ON public.campaigns_templatechange USING btree (template_id);
CREATE INDEX campaigns_variant_campaign_id_49b0ca6e ON public.campaigns_variant USING btree (campaign_id);
CREATE INDEX campaigns_variant_reward_template_id_4451a66d ON public.campaigns_variant USING btree (reward_template_id);
CREATE INDEX claim_beside_another ON public.issuance_guestclaim USING btree (campaign_id, identity) WHERE (NOT holds);
CREATE INDEX delivery_due ON public.issuance_webhookdelivery USING btree (due_at) WHERE (due_at IS NOT NULL);
CREATE INDEX delivery_of_job ON public.issuance_webhookdelivery USING btree (thanx_job_id);
CREATE INDEX django_admin_log_content_type_id_c4bce8eb ON public.django_admin_log USING btree (content_type_id);
CREATE INDEX django_admin_log_user_id_c564eba6 ON public.django_admin_log USING btree (user_id);
CREATE INDEX django_session_expire_date_a5c62663 ON public.django_session USING btree (expire_date);
CREATE INDEX django_session_session_key_c0390e0f_like ON public.django_session USING btree (session_key varchar_pattern_ops);
CREATE INDEX invitation_mail_due ON public.accounts_invitation USING btree (mail_due_at) WHERE (mail_due_at IS NOT NULL);
CREATE INDEX issuance_attempt_job_id_2b859058 ON public.issuance_attempt USING btree (job_id);
CREATE INDEX issuance_claimoverride_actor_id_b8588db2 ON public.issuance_claimoverride USING btree (actor_id);
CREATE INDEX issuance_claimoverride_recipient_list_id_72403d54 ON public.issuance_claimoverride USING btree (recipient_list_id);
CREATE INDEX issuance_claimoverride_withdrawn_by_id_cd9caff2 ON public.issuance_claimoverride USING btree (withdrawn_by_id);
CREATE INDEX issuance_event_actor_id_b88878e6 ON public.issuance_event USING btree (actor_id);
CREATE INDEX issuance_event_job_id_36ac74e2 ON public.issuance_event USING btree (job_id);
CREATE INDEX issuance_event_recipient_list_id_ab246648 ON public.issuance_event USING btree (recipient_list_id);
CREATE INDEX issuance_issuancejob_merchant_id_433a4df9 ON public.issuance_issuancejob USING btree (merchant_id);
CREATE INDEX issuance_issuancejob_recipient_list_id_264146dd ON public.issuance_issuancejob USING btree (recipient_list_id);
CREATE INDEX issuance_issuancejob_revoke_requested_by_id_92127943 ON public.issuance_issuancejob USING btree (revoke_requested_by_id);
CREATE INDEX issuance_issuancejob_thanx_id_16eed975_like ON public.issuance_issuancejob USING btree (thanx_id varchar_pattern_ops);
CREATE INDEX issuance_issuancejob_variant_id_858e5e8b ON public.issuance_issuancejob USING btree (variant_id);
CREATE INDEX issuance_re_merchan_6bd764_idx ON public.issuance_recipientlist USING btree (merchant_id, id DESC);
CREATE INDEX issuance_recipientlist_approved_by_id_7520f95b ON public.issuance_recipientlist USING btree (approved_by_id);
CREATE INDEX issuance_recipientlist_campaign_id_1ca20c0e ON public.issuance_recipientlist USING btree (campaign_id);
CREATE INDEX issuance_recipientlist_created_by_id_091efbab ON public.issuance_recipientlist USING btree (created_by_id);
CREATE INDEX issuance_recipientlist_launched_by_id_a507cb4e ON public.issuance_recipientlist USING btree (launched_by_id);
CREATE INDEX issuance_recipientlist_merchant_id_67d4b6d8 ON public.issuance_recipientlist USING btree (merchant_id);
CREATE INDEX issuance_recipientlist_parent_id_c221557d ON public.issuance_recipientlist USING btree (parent_id);
CREATE INDEX issuance_repair_made_by_id_39822a8b ON public.issuance_repair USING btree (made_by_id);
CREATE INDEX issuance_repair_recipient_list_id_94fb862a ON public.issuance_repair USING btree (recipient_list_id);
CREATE INDEX issuance_repair_undone_by_id_738b76c5 ON public.issuance_repair USING btree (undone_by_id);
CREATE INDEX issuance_resolution_confirmed_by_id_1078616f ON public.issuance_resolution USING btree (confirmed_by_id);
CREATE INDEX issuance_resolution_job_id_328af760 ON public.issuance_resolution USING btree (job_id);
CREATE INDEX issuance_resolution_proposed_by_id_1a4116c5 ON public.issuance_resolution USING btree (proposed_by_id);
CREATE INDEX issuance_sendinghold_lifted_by_id_12895aec ON public.issuance_sendinghold USING btree (lifted_by_id);
CREATE INDEX issuance_sendinghold_raised_by_id_32c28ccd ON public.issuance_sendinghold USING btree (raised_by_id);
CREATE INDEX job_due ON public.issuance_issuancejob USING btree (next_attempt_at) WHERE ((state)::text = ANY ((ARRAY['ready'::character varying, 'sending'::character varying, 'accepted'::character varying, 'needs_review'::character varying, 'revoking'::character varying])::text[]));
CREATE INDEX job_webhooks_due ON public.issuance_issuancejob USING btree (webhooks_due_at) WHERE (webhooks_due_at IS NOT NULL);
CREATE INDEX list_of_one_guest ON public.issuance_recipientlist USING btree (merchant_id, created_at) WHERE one_guest;
CREATE INDEX list_running ON public.issuance_recipientlist USING btree (state) WHERE ((state)::text = ANY ((ARRAY['uploaded'::character varying, 'reading'::character varying, 'repairing'::character varying, 'held'::character varying, 'issuing'::character varying])::text[]));
CREATE INDEX mfa_authenticator_user_id_0c3a50c0 ON public.mfa_authenticator USING btree (user_id);
CREATE INDEX notification_mail_due ON public.accounts_notification USING btree (mail_due_at) WHERE (mail_due_at IS NOT NULL);
CREATE INDEX notification_unread ON public.accounts_notification USING btree (person_id) WHERE (in_app AND (read_at IS NULL));
CREATE UNIQUE INDEX one_campaign_per_thanx_id ON public.campaigns_campaign USING btree (thanx_id) WHERE (NOT ((thanx_id)::text = ''::text));
CREATE UNIQUE INDEX one_hold_in_force ON public.issuance_sendinghold USING btree (in_force) WHERE in_force;
CREATE UNIQUE INDEX one_holding_claim ON public.issuance_guestclaim USING btree (campaign_id, identity) WHERE holds;
CREATE UNIQUE INDEX one_open_resolution ON public.issuance_resolution USING btree (job_id) WHERE (confirmed_at IS NULL);
CREATE UNIQUE INDEX one_override_in_force ON public.issuance_claimoverride USING btree (recipient_list_id) WHERE (withdrawn_at IS NULL);
CREATE UNIQUE INDEX one_recipient_per_position ON public.issuance_recipient USING btree (job_id, "position") WHERE (job_id IS NOT NULL);
CREATE UNIQUE INDEX one_retry_per_refusal ON public.issuance_recipient USING btree (retry_of_id) WHERE (retry_of_id IS NOT NULL);
CREATE UNIQUE INDEX one_unanswered_invitation ON public.accounts_invitation USING btree (merchant_id, email) WHERE ((accepted_at IS NULL) AND (withdrawn_at IS NULL));
CREATE INDEX partner_apirequest_at_46b57240 ON public.partner_apirequest USING btree (at);
CREATE INDEX partner_apirequest_merchant_id_5ebbe438 ON public.partner_apirequest USING btree (merchant_id);
CREATE INDEX partner_apirequest_merchant_id_5ebbe438_like ON public.partner_apirequest USING btree (merchant_id varchar_pattern_ops);
CREATE INDEX partner_credential_client_id_3e0cb475_like ON public.partner_credential USING btree (client_id varchar_pattern_ops);
CREATE INDEX recipient_by_outcome ON public.issuance_recipient USING btree (recipient_list_id, outcome, "row");
CREATE INDEX recipient_by_reason ON public.issuance_recipient USING btree (recipient_list_id, reason, "row") WHERE ((outcome)::text = 'refused'::text);
CREATE INDEX recipient_fixed ON public.issuance_recipient USING btree (recipient_list_id, "row") WHERE fixed;
CREATE INDEX recipient_repeated ON public.issuance_recipient USING btree (recipient_list_id, "row") WHERE (repeat_of_id IS NOT NULL);
CREATE INDEX row_error_by_kind ON public.issuance_rowerror USING btree (recipient_list_id, kind, "row");
CREATE UNIQUE INDEX unique_authenticator_type ON public.mfa_authenticator USING btree (user_id, type) WHERE ((type)::text = ANY ((ARRAY['totp'::character varying, 'recovery_codes'::character varying])::text[]));
CREATE UNIQUE INDEX unique_primary_email ON public.account_emailaddress USING btree (user_id, "primary") WHERE "primary";
CREATE UNIQUE INDEX unique_verified_email ON public.account_emailaddress USING btree (email) WHERE verified;
CREATE TRIGGER attempt_is_history BEFORE UPDATE ON public.issuance_attempt FOR EACH ROW EXECUTE FUNCTION public.attempt_is_history();
CREATE TRIGGER attempt_is_kept BEFORE DELETE ON public.issuance_attempt FOR EACH ROW EXECUTE FUNCTION public.attempt_is_kept();
CREATE TRIGGER claim_is_frozen BEFORE UPDATE ON public.issuance_guestclaim FOR EACH ROW EXECUTE FUNCTION public.claim_is_frozen();
CREATE TRIGGER claim_is_kept BEFORE DELETE ON public.issuance_guestclaim FOR EACH ROW EXECUTE FUNCTION public.claim_is_kept();
CREATE TRIGGER claim_under_own_override BEFORE INSERT ON public.issuance_guestclaim FOR EACH ROW EXECUTE FUNCTION public.claim_under_own_override();
CREATE TRIGGER claimoverride_is_kept BEFORE DELETE ON public.issuance_claimoverride FOR EACH ROW EXECUTE FUNCTION public.claimoverride_is_kept();
CREATE TRIGGER event_is_history BEFORE UPDATE ON public.issuance_event FOR EACH ROW EXECUTE FUNCTION public.event_is_history();
CREATE TRIGGER event_is_kept BEFORE DELETE ON public.issuance_event FOR EACH ROW EXECUTE FUNCTION public.event_is_kept();
CREATE TRIGGER executed_job_is_not_rejected BEFORE UPDATE ON public.issuance_issuancejob FOR EACH ROW EXECUTE FUNCTION public.executed_job_is_not_rejected();
CREATE TRIGGER hold_is_history BEFORE UPDATE ON public.issuance_sendinghold FOR EACH ROW EXECUTE FUNCTION public.hold_is_history();
CREATE TRIGGER issuancejob_is_kept BEFORE DELETE ON public.issuance_issuancejob FOR EACH ROW EXECUTE FUNCTION public.issuancejob_is_kept();
CREATE TRIGGER job_is_frozen BEFORE UPDATE ON public.issuance_issuancejob FOR EACH ROW EXECUTE FUNCTION public.job_is_frozen();
CREATE TRIGGER job_moves BEFORE UPDATE ON public.issuance_issuancejob FOR EACH ROW EXECUTE FUNCTION public.job_moves();
CREATE TRIGGER job_of_merchant BEFORE INSERT ON public.issuance_issuancejob FOR EACH ROW EXECUTE FUNCTION public.job_of_merchant();
CREATE TRIGGER large_list_is_approved BEFORE UPDATE ON public.issuance_recipientlist FOR EACH ROW EXECUTE FUNCTION public.large_list_is_approved();
CREATE TRIGGER list_moves BEFORE UPDATE ON public.issuance_recipientlist FOR EACH ROW EXECUTE FUNCTION public.list_moves();
CREATE TRIGGER list_of_merchant BEFORE INSERT ON public.issuance_recipientlist FOR EACH ROW EXECUTE FUNCTION public.list_of_merchant();
CREATE TRIGGER override_is_history BEFORE UPDATE ON public.issuance_claimoverride FOR EACH ROW EXECUTE FUNCTION public.override_is_history();
CREATE TRIGGER resolution_is_history BEFORE UPDATE ON public.issuance_resolution FOR EACH ROW EXECUTE FUNCTION public.resolution_is_history();
CREATE TRIGGER resolution_is_kept BEFORE DELETE ON public.issuance_resolution FOR EACH ROW EXECUTE FUNCTION public.resolution_is_kept();
CREATE TRIGGER retry_of_campaign BEFORE INSERT ON public.issuance_recipientlist FOR EACH ROW EXECUTE FUNCTION public.retry_of_campaign();
CREATE TRIGGER seat_is_kept BEFORE UPDATE OF job_id, "position" ON public.issuance_recipient FOR EACH ROW EXECUTE FUNCTION public.seat_is_kept();
CREATE TRIGGER sendinghold_is_kept BEFORE DELETE ON public.issuance_sendinghold FOR EACH ROW EXECUTE FUNCTION public.sendinghold_is_kept();
CREATE TRIGGER unit_of_undo_is_frozen BEFORE UPDATE ON public.issuance_recipientlist FOR EACH ROW EXECUTE FUNCTION public.unit_of_undo_is_frozen();
ALTER TABLE ONLY public.account_emailaddress
    ADD CONSTRAINT account_emailaddress_user_id_2c513194_fk_accounts_user_id FOREIGN KEY (user_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.account_emailconfirmation
    ADD CONSTRAINT account_emailconfirm_email_address_id_5b7f8c58_fk_account_e FOREIGN KEY (email_address_id) REFERENCES public.account_emailaddress(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.accounts_activity
    ADD CONSTRAINT accounts_activity_actor_id_97132b84_fk_accounts_user_id FOREIGN KEY (actor_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.accounts_activity
    ADD CONSTRAINT accounts_activity_merchant_id_7efaa765_fk_accounts_merchant_id FOREIGN KEY (merchant_id) REFERENCES public.accounts_merchant(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.accounts_invitation
    ADD CONSTRAINT accounts_invitation_invited_by_id_94a21efc_fk_accounts_user_id FOREIGN KEY (invited_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.accounts_invitation
    ADD CONSTRAINT accounts_invitation_merchant_id_5e220594_fk_accounts_ FOREIGN KEY (merchant_id) REFERENCES public.accounts_merchant(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.accounts_membership
    ADD CONSTRAINT accounts_membership_merchant_id_948db13e_fk_accounts_ FOREIGN KEY (merchant_id) REFERENCES public.accounts_merchant(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.accounts_membership
    ADD CONSTRAINT accounts_membership_user_id_487fb39e_fk_accounts_user_id FOREIGN KEY (user_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.accounts_notification
    ADD CONSTRAINT accounts_notificatio_merchant_id_67d0ce0a_fk_accounts_ FOREIGN KEY (merchant_id) REFERENCES public.accounts_merchant(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.accounts_notificationchoice
    ADD CONSTRAINT accounts_notificatio_person_id_dc62e8a7_fk_accounts_ FOREIGN KEY (person_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.accounts_notification
    ADD CONSTRAINT accounts_notification_person_id_d906de46_fk_accounts_user_id FOREIGN KEY (person_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.accounts_user_groups
    ADD CONSTRAINT accounts_user_groups_group_id_bd11a704_fk_auth_group_id FOREIGN KEY (group_id) REFERENCES public.auth_group(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.accounts_user_groups
    ADD CONSTRAINT accounts_user_groups_user_id_52b62117_fk_accounts_user_id FOREIGN KEY (user_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.accounts_user_user_permissions
    ADD CONSTRAINT accounts_user_user_p_permission_id_113bb443_fk_auth_perm FOREIGN KEY (permission_id) REFERENCES public.auth_permission(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.accounts_user_user_permissions
    ADD CONSTRAINT accounts_user_user_p_user_id_e4f0a161_fk_accounts_ FOREIGN KEY (user_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.auth_group_permissions
    ADD CONSTRAINT auth_group_permissio_permission_id_84c5c92e_fk_auth_perm FOREIGN KEY (permission_id) REFERENCES public.auth_permission(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.auth_group_permissions
    ADD CONSTRAINT auth_group_permissions_group_id_b120cbf9_fk_auth_group_id FOREIGN KEY (group_id) REFERENCES public.auth_group(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.auth_permission
    ADD CONSTRAINT auth_permission_content_type_id_2f476e4b_fk_django_co FOREIGN KEY (content_type_id) REFERENCES public.django_content_type(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.campaigns_campaign
    ADD CONSTRAINT campaigns_campaign_created_by_id_11fada74_fk_accounts_user_id FOREIGN KEY (created_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.campaigns_campaign
    ADD CONSTRAINT campaigns_campaign_merchant_id_3af0030a_fk_accounts_merchant_id FOREIGN KEY (merchant_id) REFERENCES public.accounts_merchant(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.campaigns_location
    ADD CONSTRAINT campaigns_location_merchant_id_7d728b81_fk_accounts_merchant_id FOREIGN KEY (merchant_id) REFERENCES public.accounts_merchant(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.campaigns_rewardtemplate
    ADD CONSTRAINT campaigns_rewardtemp_merchant_id_58c2dac8_fk_accounts_ FOREIGN KEY (merchant_id) REFERENCES public.accounts_merchant(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.campaigns_templatechange
    ADD CONSTRAINT campaigns_templatech_template_id_797f82cf_fk_campaigns FOREIGN KEY (template_id) REFERENCES public.campaigns_rewardtemplate(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.campaigns_variant
    ADD CONSTRAINT campaigns_variant_campaign_id_49b0ca6e_fk_campaigns_campaign_id FOREIGN KEY (campaign_id) REFERENCES public.campaigns_campaign(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.campaigns_variant
    ADD CONSTRAINT campaigns_variant_reward_template_id_4451a66d_fk_campaigns FOREIGN KEY (reward_template_id) REFERENCES public.campaigns_rewardtemplate(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.django_admin_log
    ADD CONSTRAINT django_admin_log_content_type_id_c4bce8eb_fk_django_co FOREIGN KEY (content_type_id) REFERENCES public.django_content_type(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.django_admin_log
    ADD CONSTRAINT django_admin_log_user_id_c564eba6_fk_accounts_user_id FOREIGN KEY (user_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.issuance_attempt
    ADD CONSTRAINT issuance_attempt_job_id_2b859058_fk_issuance_issuancejob_id FOREIGN KEY (job_id) REFERENCES public.issuance_issuancejob(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.issuance_claimoverride
    ADD CONSTRAINT issuance_claimoverri_recipient_list_id_72403d54_fk_issuance_ FOREIGN KEY (recipient_list_id) REFERENCES public.issuance_recipientlist(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.issuance_claimoverride
    ADD CONSTRAINT issuance_claimoverri_withdrawn_by_id_cd9caff2_fk_accounts_ FOREIGN KEY (withdrawn_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.issuance_claimoverride
    ADD CONSTRAINT issuance_claimoverride_actor_id_b8588db2_fk_accounts_user_id FOREIGN KEY (actor_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.issuance_columnmapping
    ADD CONSTRAINT issuance_columnmappi_merchant_id_8805c5dd_fk_accounts_ FOREIGN KEY (merchant_id) REFERENCES public.accounts_merchant(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.issuance_event
    ADD CONSTRAINT issuance_event_actor_id_b88878e6_fk_accounts_user_id FOREIGN KEY (actor_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.issuance_event
    ADD CONSTRAINT issuance_event_job_id_36ac74e2_fk_issuance_issuancejob_id FOREIGN KEY (job_id) REFERENCES public.issuance_issuancejob(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.issuance_event
    ADD CONSTRAINT issuance_event_recipient_list_id_ab246648_fk_issuance_ FOREIGN KEY (recipient_list_id) REFERENCES public.issuance_recipientlist(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.issuance_guestclaim
    ADD CONSTRAINT issuance_guestclaim_campaign_id_cf06d6b2_fk_campaigns FOREIGN KEY (campaign_id) REFERENCES public.campaigns_campaign(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.issuance_guestclaim
    ADD CONSTRAINT issuance_guestclaim_override_id_53f1e4c5_fk_issuance_ FOREIGN KEY (override_id) REFERENCES public.issuance_claimoverride(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.issuance_guestclaim
    ADD CONSTRAINT issuance_guestclaim_recipient_list_id_d6d9166f_fk_issuance_ FOREIGN KEY (recipient_list_id) REFERENCES public.issuance_recipientlist(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.issuance_issuancejob
    ADD CONSTRAINT issuance_issuancejob_merchant_id_433a4df9_fk_accounts_ FOREIGN KEY (merchant_id) REFERENCES public.accounts_merchant(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.issuance_issuancejob
    ADD CONSTRAINT issuance_issuancejob_recipient_list_id_264146dd_fk_issuance_ FOREIGN KEY (recipient_list_id) REFERENCES public.issuance_recipientlist(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.issuance_issuancejob
    ADD CONSTRAINT issuance_issuancejob_revoke_requested_by__92127943_fk_accounts_ FOREIGN KEY (revoke_requested_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.issuance_issuancejob
    ADD CONSTRAINT issuance_issuancejob_variant_id_858e5e8b_fk_campaigns FOREIGN KEY (variant_id) REFERENCES public.campaigns_variant(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.issuance_recipientlist
    ADD CONSTRAINT issuance_recipientli_approved_by_id_7520f95b_fk_accounts_ FOREIGN KEY (approved_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.issuance_recipientlist
    ADD CONSTRAINT issuance_recipientli_campaign_id_1ca20c0e_fk_campaigns FOREIGN KEY (campaign_id) REFERENCES public.campaigns_campaign(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.issuance_recipientlist
    ADD CONSTRAINT issuance_recipientli_created_by_id_091efbab_fk_accounts_ FOREIGN KEY (created_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.issuance_recipientlist
    ADD CONSTRAINT issuance_recipientli_launched_by_id_a507cb4e_fk_accounts_ FOREIGN KEY (launched_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.issuance_recipientlist
    ADD CONSTRAINT issuance_recipientli_merchant_id_67d4b6d8_fk_accounts_ FOREIGN KEY (merchant_id) REFERENCES public.accounts_merchant(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.issuance_recipientlist
    ADD CONSTRAINT issuance_recipientli_parent_id_c221557d_fk_issuance_ FOREIGN KEY (parent_id) REFERENCES public.issuance_recipientlist(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.issuance_repair
    ADD CONSTRAINT issuance_repair_made_by_id_39822a8b_fk_accounts_user_id FOREIGN KEY (made_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.issuance_repair
    ADD CONSTRAINT issuance_repair_recipient_list_id_94fb862a_fk_issuance_ FOREIGN KEY (recipient_list_id) REFERENCES public.issuance_recipientlist(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.issuance_repair
    ADD CONSTRAINT issuance_repair_undone_by_id_738b76c5_fk_accounts_user_id FOREIGN KEY (undone_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.issuance_repairedrow
    ADD CONSTRAINT issuance_repairedrow_repair_id_477352fa_fk_issuance_repair_id FOREIGN KEY (repair_id) REFERENCES public.issuance_repair(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.issuance_resolution
    ADD CONSTRAINT issuance_resolution_confirmed_by_id_1078616f_fk_accounts_ FOREIGN KEY (confirmed_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.issuance_resolution
    ADD CONSTRAINT issuance_resolution_job_id_328af760_fk_issuance_issuancejob_id FOREIGN KEY (job_id) REFERENCES public.issuance_issuancejob(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.issuance_resolution
    ADD CONSTRAINT issuance_resolution_proposed_by_id_1a4116c5_fk_accounts_user_id FOREIGN KEY (proposed_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.issuance_rowerror
    ADD CONSTRAINT issuance_rowerror_recipient_list_id_dfef511d_fk_issuance_ FOREIGN KEY (recipient_list_id) REFERENCES public.issuance_recipientlist(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.issuance_sendinghold
    ADD CONSTRAINT issuance_sendinghold_lifted_by_id_12895aec_fk_accounts_user_id FOREIGN KEY (lifted_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.issuance_sendinghold
    ADD CONSTRAINT issuance_sendinghold_raised_by_id_32c28ccd_fk_accounts_user_id FOREIGN KEY (raised_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.mfa_authenticator
    ADD CONSTRAINT mfa_authenticator_user_id_0c3a50c0_fk_accounts_user_id FOREIGN KEY (user_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;
