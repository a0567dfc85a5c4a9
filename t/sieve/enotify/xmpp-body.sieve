require "enotify";
notify :importance "3" "xmpp:r%C3%B6meo@im.example.com?message;body=Wherefore%20art%20thou%3F%01";
