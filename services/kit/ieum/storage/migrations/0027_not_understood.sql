-- What waits because it is not understood, in the order in which it was found so: few of the many that wait.
create index parked_not_understood on parked (since, key, peer, family, sequence)
    where not dead and reason in ('type.unknown', 'version.unknown', 'value.unknown');
