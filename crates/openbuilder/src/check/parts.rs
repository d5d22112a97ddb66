//! Buttons, quick replies, thumbnails, links and profiles.

use crate::check::node::{Node, Report};
use crate::{limits, text};

/// What a card's buttons, `buttonLayout` and `forwardable` must keep between them.
pub(super) fn footer(report: &mut Report, card: &Node<'_>, is_square: bool, is_in_carousel: bool) {
    report.optional_choice(card, "buttonLayout", &["vertical", "horizontal"]);
    let is_horizontal = match card.text("buttonLayout") {
        Some(layout) => layout == "horizontal",
        None => is_square,
    };
    let most = if is_horizontal { limits::BUTTONS_HORIZONTAL } else { limits::BUTTONS_VERTICAL };
    let buttons = report.optional_list(card, "buttons", most);
    let label_limit = if is_horizontal && buttons.len() > 1 {
        limits::BUTTON_LABEL_SIDE_BY_SIDE
    } else {
        limits::BUTTON_LABEL
    };
    for button in &buttons {
        self::button(report, button, label_limit);
    }
    forwardable(report, card, is_in_carousel, !buttons.is_empty());
}

fn forwardable(report: &mut Report, card: &Node<'_>, is_in_carousel: bool, has_buttons: bool) {
    report.optional_flag(card, "forwardable");
    if card.is_set("forwardable") && is_in_carousel {
        report.add_at(card, "forwardable", "does not work in a carousel");
    }
    if card.is_set("forwardable") && has_buttons {
        report.add_at(card, "forwardable", "does not work beside buttons");
    }
}

fn button(report: &mut Report, button: &Node<'_>, label_limit: usize) {
    if !report.is_object(button) {
        return;
    }
    report.need_short(button, "label", label_limit);
    let Some(action) = report.need_text(button, "action") else { return };
    match action {
        "webLink" => report.need_url(button, "webLinkUrl"),
        "phone" => {
            report.need_text(button, "phoneNumber");
        }
        // `osLink` is in the older guide only, which does not say what it needs.
        "share" | "operator" | "osLink" => {}
        "message" | "block" => calls_skill(report, button, action),
        _ => {
            report.add_at(
                button,
                "action",
                "must be one of: webLink, message, block, phone, share, operator",
            );
        }
    }
}

pub(super) fn quick_reply(report: &mut Report, reply: &Node<'_>) {
    if !report.is_object(reply) {
        return;
    }
    report.need_text(reply, "label");
    let Some(action) = report.need_text(reply, "action") else { return };
    message_or_block(report, reply, action);
}

/// An action that list items and quick replies know.
pub(super) fn message_or_block(report: &mut Report, node: &Node<'_>, action: &str) {
    match action {
        "message" | "block" => calls_skill(report, node, action),
        _ => report.add_at(node, "action", "must be one of: message, block"),
    }
}

fn calls_skill(report: &mut Report, node: &Node<'_>, action: &str) {
    if action == "block" {
        report.need_text(node, "blockId");
        report.optional_text(node, "messageText");
    } else {
        report.need_text(node, "messageText");
    }
    if let Some(extra) = node.get("extra") {
        report.is_object(&extra);
    }
}

pub(super) fn thumbnail(report: &mut Report, thumbnail: &Node<'_>) {
    if !report.is_object(thumbnail) {
        return;
    }
    report.need_url(thumbnail, "imageUrl");
    report.optional_short(thumbnail, "altText", limits::ALT_TEXT);
    report.optional_flag(thumbnail, "fixedRatio");
    report.optional_whole(thumbnail, "width");
    report.optional_whole(thumbnail, "height");
    if let Some(link) = thumbnail.get("link") {
        self::link(report, &link);
    }
}

pub(super) fn link(report: &mut Report, link: &Node<'_>) {
    if report.is_object(link) {
        for device in ["web", "pc", "mobile"] {
            report.optional_url(link, device);
        }
    }
}

/// The profile of a commerceCard.
pub(super) fn profile(report: &mut Report, profile: &Node<'_>) {
    if report.is_object(profile) {
        report.need_text(profile, "nickname");
        report.optional_url(profile, "imageUrl");
    }
}

/// The parts over an itemCard's rows: `head` or `profile`, and `imageTitle`.
pub(super) fn item_head(report: &mut Report, card: &Node<'_>) {
    if card.get("head").is_some() && card.get("profile").is_some() {
        report.add_at(card, "head", "stands beside a profile: an itemCard has one of the two");
    }
    if let Some(head) = card.get("head").filter(|head| report.is_object(head)) {
        report.need_text(&head, "title");
    }
    if let Some(profile) = card.get("profile").filter(|profile| report.is_object(profile)) {
        report.need_short(&profile, "title", limits::ITEM_PROFILE_TITLE);
        report.optional_url(&profile, "imageUrl");
        report.optional_whole(&profile, "width");
        report.optional_whole(&profile, "height");
    }
    if let Some(title) = card.get("imageTitle").filter(|title| report.is_object(title)) {
        report.need_text(&title, "title");
        report.optional_text(&title, "description");
        report.optional_url(&title, "imageUrl");
    }
}

pub(super) fn item_row(report: &mut Report, row: &Node<'_>) {
    if !report.is_object(row) {
        return;
    }
    report.need_short(row, "title", limits::ITEM_ROW_TITLE);
    if let Some(description) = report.need_text(row, "description") {
        report.few_lines(row, "description", limits::ITEM_ROW_LINES, text::lines(description));
    }
}

pub(super) fn list_item(report: &mut Report, item: &Node<'_>) {
    if !report.is_object(item) {
        return;
    }
    report.need_text(item, "title");
    report.optional_text(item, "description");
    report.optional_url(item, "imageUrl");
    if let Some(link) = item.get("link") {
        self::link(report, &link);
    }
    if let Some(action) = report.optional_text(item, "action") {
        message_or_block(report, item, action);
    }
}
