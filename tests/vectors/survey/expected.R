# Writes expected.json: the answers of the R package survey to what tests/stats/survey/test_weights.py asks.
# ds/dn: stratified, with and without the finite population; dk/dkn: clusters, the same. SE after the value.
suppressMessages(library(survey)); data(api); options(digits=15)
num <- function(x) { v <- as.numeric(x); paste0("[", paste(sprintf("%.15g", v), collapse=", "), "]") }
out <- c(); add <- function(name, x) out <<- c(out, sprintf('  "%s": %s', name, num(x)))
s <- apistrat; s$wide <- as.integer(s$sch.wide=="Yes")
k <- apiclus1; k$wide <- as.integer(k$sch.wide=="Yes")
ds <- svydesign(id=~1, strata=~stype, weights=~pw, fpc=~fpc, data=s)
dn <- svydesign(id=~1, strata=~stype, weights=~pw, data=s)
dk <- svydesign(id=~dnum, weights=~pw, fpc=~fpc, data=k)
dkn <- svydesign(id=~dnum, weights=~pw, data=k)
both <- function(e) c(coef(e), SE(e))
for (n in c("ds","dn","dk","dkn")) { d <- get(n)
 add(paste0(n,".mean"), both(svymean(~api00,d)))
 add(paste0(n,".total"), both(svytotal(~enroll,d)))
 add(paste0(n,".ratio"), both(svyratio(~api00,~enroll,d)))
 m <- svymean(~api00,d,deff="replace"); add(paste0(n,".deff"), deff(m))
 add(paste0(n,".wide"), both(svymean(~wide,d)))
 add(paste0(n,".degf"), degf(d))
 for (me in c("logit","beta","mean")) { ci <- svyciprop(~I(wide==1),d,method=me); add(paste0(n,".ci.",me), attr(ci,"ci")) }
 ci <- svyciprop(~I(wide==1),d,method="beta",level=0.8); add(paste0(n,".ci80.beta"), attr(ci,"ci"))
 add(paste0(n,".domain"), both(svymean(~api00, subset(d, wide==1))))
 add(paste0(n,".domaintotal"), both(svytotal(~api00, subset(d, wide==1))))
}
options(survey.replicates.mse=TRUE)
for (n in c("dn","ds")) { r <- as.svrepdesign(get(n), type="JKn"); add(paste0(n,".jk.mean"), both(svymean(~api00,r))); add(paste0(n,".jk.ratio"), both(svyratio(~api00,~enroll,r))) }
for (n in c("dkn","dk")) { r <- as.svrepdesign(get(n), type="JK1"); add(paste0(n,".jk.mean"), both(svymean(~api00,r))); add(paste0(n,".jk.ratio"), both(svyratio(~api00,~enroll,r))) }
pop <- data.frame(stype=c("E","H","M"), Freq=c(4421,755,1018))
p <- postStratify(dk, ~stype, pop); add("post.mean", both(svymean(~api00,p))); add("post.total", both(svytotal(~enroll,p))); add("post.wide", both(svymean(~wide,p)))
pn <- postStratify(dkn, ~stype, pop); add("postn.mean", both(svymean(~api00,pn))); add("postn.total", both(svytotal(~enroll,pn)))
pw <- data.frame(wide=c(0,1), Freq=c(1072,5122))
r <- rake(dk, list(~stype,~wide), list(pop,pw), control=list(epsilon=1e-10,maxit=200)); add("rake.mean", both(svymean(~api00,r))); add("rake.total", both(svytotal(~enroll,r))); add("rake.weights", weights(r)[c(1,50,100,183)])
cal <- calibrate(dk, ~factor(stype)+wide, c(6194,755,1018,5122), calfun="raking", epsilon=1e-12, maxit=200); add("cal.mean", both(svymean(~api00,cal))); add("cal.total", both(svytotal(~enroll,cal))); add("cal.weights", weights(cal)[c(1,50,100,183)])
rp <- postStratify(as.svrepdesign(dkn, type="JK1"), ~stype, pop); add("postn.jk.mean", both(svymean(~api00,rp)))
set.seed(1); b <- as.svrepdesign(dn, type="subbootstrap", replicates=2000); add("dn.boot.mean", both(svymean(~api00,b)))
cat("{\n", paste(out, collapse=",\n"), "\n}\n", file="expected.json")
