//! A policy is read or every mistake is shown: with a line of the text and a reason that fits on one.
use edgegate_core::policy::{advise, Policy};

target!(|text: &str| match Policy::read(text) {
    Ok(policy) => {
        assert!(!policy.routes.is_empty());
        for route in &policy.routes {
            assert!(!route.accept.is_empty() && !route.methods.is_empty() && !route.name.is_empty());
            assert!(policy.route(&route.name).is_some());
        }
        for name in policy.secret_names() {
            assert!(!name.is_empty());
        }
        let _ = advise(&policy, "2026-11-22");
    }
    Err(problems) => {
        assert!(!problems.is_empty(), "refused without a reason");
        let lines = text.split('\n').count().max(1);
        for problem in &problems {
            assert!(!problem.message.is_empty(), "{problem:?}");
            assert!(problem.line <= lines + 1, "{problem:?} of {lines} lines");
        }
    }
});
