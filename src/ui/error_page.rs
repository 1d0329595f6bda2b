use crate::error::AppError;
use leptos::prelude::*;
#[component]
pub fn ErrorPage(error: AppError) -> impl IntoView {
    error.to_string()
}
