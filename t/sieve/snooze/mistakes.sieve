require "snooze";
snooze;
snooze ["7:30"];
snooze ["24:00"];
snooze ["12:00:60"];
snooze :weekdays ["7"] ["12:00"];
snooze :tzid "Europe/Nowhere" ["12:00"];
snooze :addflags "\\Seen" ["12:00"];
snooze :mailbox "" ["12:00"];
