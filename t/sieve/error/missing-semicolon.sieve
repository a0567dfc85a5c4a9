require "fileinto";
fileinto "x"
keep;
stop;
