# No rule is for this mail.
if header "subject" "sale" { discard; }
