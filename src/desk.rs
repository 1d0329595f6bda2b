//! The page that joins the features.
