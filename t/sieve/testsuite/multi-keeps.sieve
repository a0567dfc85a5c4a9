require "fileinto";
fileinto "After";
keep;
