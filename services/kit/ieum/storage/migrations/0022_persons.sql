-- Referrals of whom seems to be one person: of the same name, but for spaces and case, and birth date. The index
-- is of a digest, since a normalized name may be longer than an entry may be. It follows `sealed`, so that nothing
-- of it outlasts an erasure, and processes of the version before write it too.

create function person_of(sealed bytea) returns text immutable strict parallel safe language sql
return md5((convert_from(sealed, 'UTF8')::jsonb #>> '{client,birth_date}') || ' '
    || lower(translate(normalize(convert_from(sealed, 'UTF8')::jsonb #>> '{client,name}', NFKC), ' ', '')));

create index referral_person on referral (person_of(sealed), created_at) where person_of(sealed) is not null;
