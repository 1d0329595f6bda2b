use super::model::Board;
pub fn provide_board(_: Board) {}
