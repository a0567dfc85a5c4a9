require "fileinto";

fileinto "stops";
stop;
