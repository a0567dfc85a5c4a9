require "fileinto";

fileinto "";
fileinto "../secret";
