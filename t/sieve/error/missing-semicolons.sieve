require "fileinto"
if header "subject" "a" { fileinto "x" } else { fileinto 5; }
keep discard stop
