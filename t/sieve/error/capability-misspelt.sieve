require ["filento", "enveloppe", "frobnicate"];
if envelope "to" "me@example.com" { fileinto "x"; }
