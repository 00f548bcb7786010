using SessionService.Application.MemorySearch.Ranking;
using SessionService.Infrastructure.Folding;

namespace SessionService.Infrastructure.Search;

/// <summary>
/// What segments are made by, as the column <c>folding</c> holds it: the version of the folding in the lower byte, and above it that of the
/// messages' traits, 0 before there were any. A search waits for segments of an earlier folding, whose words are wrong, to be renewed. It
/// does not wait for traits, which only improve an order.
/// </summary>
internal static class SegmentVersion
{
    public const int Current = (MessageTraits.Version * OneTraits) + TextFolding.Version;

    private const int OneTraits = 256;
}
