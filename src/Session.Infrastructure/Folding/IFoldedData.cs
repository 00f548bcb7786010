namespace SessionService.Infrastructure.Folding;

/// <summary>Something stored that was made of folded texts, and is made anew when the folding changes.</summary>
internal interface IFoldedData
{
    /// <summary>
    /// Makes all that an older folding has left anew, piece by piece. Yields after each piece, so that the work can be spread.
    /// </summary>
    IAsyncEnumerable<int> RenewAsync(CancellationToken cancellationToken);
}
