require "fileinto";

fileinto :copy "incoming";
