require ["processcalendar"];

processcalendar :updatesonly :calendarid "work";
processcalendar :outcome "outcome";
processcalendar :reason "reason";
processcalendar :organizers "tag:example.org,2026:bosses";
processcalendar :addresses "nobody";
processcalendar "calendar";
