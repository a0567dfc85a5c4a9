require "enotify";
if valid_notify_method "tel:+14085551212" { notify "tel:+14085551212"; }
