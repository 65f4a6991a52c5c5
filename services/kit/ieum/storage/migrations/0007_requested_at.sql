-- When the sender said a referral: the day of the application, on which eligibility is judged, however late it was
-- read. What was written before, or by a process of the version before, has none: there created_at counts.

alter table referral add column requested_at timestamptz;
