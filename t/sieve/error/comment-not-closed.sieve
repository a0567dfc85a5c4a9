keep;
/* no end
stop;
