require "enotify";
notify "mailto:a b@example.org";
notify "mailto:nobody";
notify :importance "4" "mailto:a@example.org";
notify :options ["a=b", "=b", "ab"] "mailto:a@example.org";
notify :from "me" "mailto:a@example.org";
notify "tel:+14085551212";
