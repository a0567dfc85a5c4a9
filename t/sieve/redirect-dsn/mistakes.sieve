require ["redirect-dsn", "redirect-deliverby"];
redirect :notify "NEVER,DELAY" "a@example.org";
redirect :notify "" "a@example.org";
redirect :ret "BODY" "a@example.org";
redirect :bymode "notify" "a@example.org";
redirect :bytrace "a@example.org";
redirect :bytimerelative 1 :bytimeabsolute "2026-12-24T20:00:00Z" "a@example.org";
redirect :bytimeabsolute "tomorrow" "a@example.org";
redirect :bytimerelative 1 :bymode "N" "a@example.org";
