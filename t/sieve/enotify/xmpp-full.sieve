require "enotify";
notify :from "tybalt@example.net" :importance "1" :message "Contact <Juliet> & 'co' now!"
	"xmpp:romeo@im.example.com/home?message;body=You%27re%20in%20trouble;subject=ALERT%21";
