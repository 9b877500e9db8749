"""Findings that share what is said before or behind them: "atelectasis and opacity in the base"."""

from pipeline.rules.scene import Scene, is_mask

# Findings, by their place in `Scene.findings`.
_Owners = tuple[int, ...]


def with_coordinated_before(scene: Scene, index: int) -> _Owners:
    """`index` and the findings coordinated right before it: "atelectasis and opacity in …"."""
    first = index
    while first > 0 and _are_coordinated(scene, first - 1):
        first -= 1
    return tuple(range(first, index + 1))


def _are_coordinated(scene: Scene, index: int) -> bool:
    """Whether a finding and the one behind it share what is said behind both."""
    if _is_same_phrase(scene, index):
        return True
    tokens = range(scene.findings[index].end, scene.findings[index + 1].start)
    linked = any(scene.words[token] in scene.lists.sharing_links for token in tokens)
    return linked and all(_is_shared(scene, token) for token in tokens)


def _is_same_phrase(scene: Scene, index: int) -> bool:
    """Whether a finding and the one behind it are two names of one phrase."""
    return scene.findings[index].start == scene.findings[index + 1].start


def _is_shared(scene: Scene, token: int) -> bool:
    """Whether a word between coordinated findings leaves what is behind them to both."""
    word, lists = scene.words[token], scene.lists
    if word in lists.sharing_links or word in lists.determiners or is_mask(word):
        return True
    sided = any(m.start <= token < m.end for m in scene.modifiers if m.category == "side")
    return token in scene.modifier_tokens and not sided


def with_coordinated_behind(scene: Scene, index: int) -> _Owners:
    """`index` and the findings coordinated right behind it that have no modifiers of their own."""
    owners = [index]
    for following in range(index + 1, len(scene.findings)):
        tokens = range(scene.findings[following - 1].end, scene.findings[following].start)
        words = [scene.words[token] for token in tokens]
        if _is_same_phrase(scene, following - 1):
            owners.append(following)
            continue
        own = not scene.modifier_tokens.isdisjoint(tokens)
        if own or not words or not all(word in scene.lists.sharing_links for word in words):
            break
        owners.append(following)
    return tuple(owners)
